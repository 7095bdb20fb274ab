import { sh } from '../../module/quote.ts';
import type { BecomeMethod } from '../types.ts';

export const sudo: BecomeMethod = {
  name: 'sudo',
  allowedBy: 'with a file in /etc/sudoers.d',
  start({ user, exe = ['sudo'], flags = ['-H'], asksPassword, token, shell }) {
    const prompt = `${token}-password:`;
    const ask = asksPassword ? ['-S', '-p', prompt] : ['-n'];
    return {
      command: sh`${exe} ${flags} ${ask} -u ${user} -- ` + shell,
      prompt: { sign: new RegExp(prompt), on: ['stderr'] },
    };
  },
};
