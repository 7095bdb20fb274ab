import { sh } from '../../module/quote.ts';
import { BecomeFailed, type BecomeMethod } from '../types.ts';

export const doas: BecomeMethod = {
  name: 'doas',
  allowedBy: 'in /etc/doas.conf',
  start({ user, exe = ['doas'], flags = [], asksPassword, shell }) {
    if (asksPassword)
      throw new BecomeFailed(
        'doas reads a password only from a terminal, and there is none',
        "let it ask for none (doas.conf: 'permit nopass USER as root'), or use ansible_become_method: sudo",
      );
    return { command: sh`${exe} -n ${flags} -u ${user} ` + shell };
  },
};
