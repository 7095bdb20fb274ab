import { sh } from '../../module/quote.ts';
import type { BecomeMethod } from '../types.ts';

export const su: BecomeMethod = {
  name: 'su',
  allowedBy: 'in /etc/pam.d/su',
  start: ({ user, exe = ['su'], flags = [], shell }) => ({
    command: sh`env LC_ALL=C ${exe} ${flags} -s /bin/sh -c ${shell} ${user}`,
    prompt: { sign: /password: ?$/i, on: ['stdout', 'stderr'] },
  }),
};
