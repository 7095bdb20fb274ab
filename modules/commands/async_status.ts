import { TaskFailure } from '../../engine/module/failure.ts';
import { jobId, jobState, removeJob } from '../../engine/module/job.ts';
import { defineModule } from '../../engine/module/module.ts';
import { willBe } from '../../engine/module/probe.ts';
import { resultOf } from './execute.ts';

export const async_status = defineModule({
  name: 'async_status',
  summary: 'Reports the status of a job started with async.',
  subject: 'commands',
  args: {
    type: 'object',
    description:
      'A job is known only on the host and to the user (become_user) that started it. Once it has finished, its result is that of its command, and the task fails if the command failed. ' +
      'Its output stays on the host until `mode: cleanup`.',
    properties: {
      jid: { type: 'string', pattern: jobId, description: 'The `ansible_job_id` that the task with async registered.' },
      mode: {
        enum: ['status', 'cleanup'],
        default: 'status',
        description: "`cleanup` removes the job's files from the host; it is refused while the job runs.",
      },
    },
    required: ['jid'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      ansible_job_id: { type: 'string', description: 'The job.' },
      started: { type: 'boolean', description: 'Always true.' },
      finished: { type: 'boolean', description: 'Whether it has ended.' },
      rc: { type: 'integer', description: 'The exit code.' },
      stdout: { type: 'string', description: 'Its standard output, without trailing newlines.' },
      stderr: { type: 'string', description: 'Its standard error.' },
      stdout_lines: { type: 'array', items: { type: 'string' }, description: 'The same, line by line.' },
      stderr_lines: { type: 'array', items: { type: 'string' }, description: 'The same, line by line.' },
    },
  },
  examples: [
    `- name: begin
  command: /opt/reindex
  async: 3600
  poll: 0
  register: reindex

- name: wait for its end
  async_status:
    jid: '{{ reindex.ansible_job_id }}'
  register: job
  until: job.finished
  retries: 120
  delay: 30

- name: remove its files
  async_status:
    jid: '{{ reindex.ansible_job_id }}'
    mode: cleanup`,
  ],
  async check({ jid, mode }, host) {
    const state = await host.read(jobState(jid));
    const job = { ansible_job_id: jid, started: true };
    if (mode === 'cleanup') {
      if (state.is === 'running')
        throw new TaskFailure(`the job ${jid} is still running`, {
          hint: 'wait until it has finished: until: job.finished',
        });
      const gone = state.is === 'unknown';
      return {
        present: null,
        differences: gone ? [] : [{ what: `job ${jid}`, from: 'there', to: null }],
        after: [willBe(jobState(jid), { is: 'unknown' })],
        result: { ...job, finished: true },
      };
    }
    if (state.is === 'running')
      return { present: null, differences: [], result: { ...job, finished: false }, message: 'it is still running' };
    if (state.is === 'unknown')
      throw new TaskFailure(`the host has no job ${jid}`, {
        hint: 'query the host on which it was started, as the user that started it (become_user), before mode: cleanup; jobs are in /tmp/tsplay-async-UID on the host, which a reboot may empty',
        result: { ...job, finished: true },
      });
    const output = { code: state.is === 'ended' ? state.code : -1, stdout: state.stdout, stderr: state.stderr };
    const { cmd: _, ...printed } = resultOf(output, '');
    const result = { ...job, finished: true, ...printed };
    if (output.code === 0) return { present: null, differences: [], result };
    const why =
      state.is === 'lost'
        ? 'it ended without a result: it was killed, or the host was rebooted'
        : state.timedOut
          ? 'it was not finished within its time (async), and was ended'
          : `exit code ${output.code}: ${output.stderr.trim().split('\n').at(-1) || output.stdout.trim().split('\n').at(-1) || 'no output'}`;
    throw new TaskFailure(why, { output, result });
  },
  async change({ jid }, _found, host) {
    await host.shell(removeJob(jid));
  },
});
