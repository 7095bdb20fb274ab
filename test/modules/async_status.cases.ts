import { async_status } from '../../modules/commands/async_status.ts';
import type { ModuleCase } from './case.ts';

const jid = '1700000000000-0123456789abcdef';
const given = (state: object) => ({ reads: { [`job:${jid}`]: state } });
const status = { jid, mode: 'status' };
const cleanup = { jid, mode: 'cleanup' };

export const cases: readonly ModuleCase[] = [
  {
    title: 'is still running',
    module: async_status,
    args: status,
    given: given({ is: 'running' }),
    message: 'it is still running',
    result: { ansible_job_id: jid, started: true, finished: false },
  },
  {
    title: 'has ended well',
    module: async_status,
    args: status,
    given: given({ is: 'ended', code: 0, timedOut: false, stdout: 'a\nb\n', stderr: '' }),
    result: { finished: true, rc: 0, stdout: 'a\nb', stdout_lines: ['a', 'b'] },
  },
  {
    title: 'has failed',
    module: async_status,
    args: status,
    given: given({ is: 'ended', code: 3, timedOut: false, stdout: '', stderr: 'x\nno such thing\n' }),
    fails: 'exit code 3: no such thing',
  },
  {
    title: 'was not finished in time',
    module: async_status,
    args: status,
    given: given({ is: 'ended', code: 124, timedOut: true, stdout: '', stderr: '' }),
    fails: 'not finished within its time (async), and was ended',
  },
  {
    title: 'is gone',
    module: async_status,
    args: status,
    given: given({ is: 'lost', stdout: 'begun\n', stderr: '' }),
    fails: 'it ended without a result',
  },
  {
    title: 'is not known',
    module: async_status,
    args: status,
    given: given({ is: 'unknown' }),
    fails: 'the host has no job',
  },
  {
    title: 'leaves nothing',
    module: async_status,
    args: cleanup,
    given: given({ is: 'ended', code: 0, timedOut: false, stdout: '', stderr: '' }),
    differences: [{ what: `job ${jid}`, from: 'there', to: null }],
  },
  { title: 'has left nothing', module: async_status, args: cleanup, given: given({ is: 'unknown' }) },
  {
    title: 'is not cleaned up while it runs',
    module: async_status,
    args: cleanup,
    given: given({ is: 'running' }),
    fails: 'is still running',
  },
];
