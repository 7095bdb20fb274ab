import { rmSync } from 'node:fs';
import { expect } from 'chai';
import type { AnyModule } from '../../../engine/module/module.ts';
import { HostSession } from '../../../engine/run/host/session.ts';
import { startDeadline } from '../../../engine/run/task/deadline.ts';
import { here } from '../../transport/shell/shells.ts';
import { contextOver } from '../context.ts';
import type { Given, Traced } from '../trace.ts';

const never = new Promise<never>(() => {});

/** Modules that take longer than any task should. */
const own: readonly AnyModule[] = [
  {
    name: 'stuck',
    summary: 'Its check never ends.',
    args: { type: 'object', properties: {} },
    examples: [],
    check: () => never,
  },
  {
    name: 'stuck_wait',
    summary: 'It waits forever, whatever its signal says.',
    nature: 'wait',
    args: { type: 'object', properties: {} },
    examples: [],
    check: () => Promise.resolve({ present: null, differences: [{ what: 'it', from: null, to: 'there' }] }),
    change: () => never,
  },
  {
    name: 'slow',
    summary: 'The host needs so many seconds to answer.',
    args: { type: 'object', properties: { seconds: { type: 'integer' } }, required: ['seconds'] },
    examples: [],
    async check({ seconds }: { seconds: number }, host) {
      await host.read({ key: `slow:${seconds}`, script: `sleep ${seconds}`, parse: () => true });
      return { present: null, differences: [] };
    },
  },
];

describe('timeout', function () {
  this.timeout(30_000);
  let run: (given: Given) => Promise<Traced>;

  // What the engine imports while it runs would be other modules, with other error classes, than what mocha loads.
  before(async () => {
    const { traceIn } = await import('../trace.ts');
    const { layOut } = await import('../lay-out.ts');
    const { modules } = await import('../../../modules/index.ts');
    const all = new Map([...modules, ...own].map((module) => [module.name, module]));
    run = async (given) => {
      const folder = layOut(given);
      try {
        return await traceIn(folder, given, { modules: all });
      } finally {
        rmSync(folder, { recursive: true });
      }
    };
  });

  // Before there were deadlines, only commands had a limit: each of these waited for the end of what takes too long.
  const late: Readonly<Record<string, { readonly task: string; readonly message: RegExp }>> = {
    'a check that never ends': { task: 'stuck: {}', message: /^not finished within 1 s \(timeout\)$/ },
    'a check for which the host needs long': {
      task: 'slow: { seconds: 12 }',
      message: /^not finished within 1 s \(timeout\)$/,
    },
    'a wait that never ends': { task: 'stuck_wait: {}', message: /^not finished within 1 s \(timeout\)$/ },
    'a wait for what does not come': { task: 'wait_for: { path: DIR/x }', message: /not finished within 1 s/ },
    'a loop of attempts': {
      task: 'command: "false", register: r, until: r.rc == 0, retries: 1000, delay: 1',
      message: /^after \d+ attempts \(timeout: 1 s\) 'r.rc == 0' still does not hold/,
    },
    // The condition could not be evaluated, since the result had no such field, and that was the message.
    'a command, whatever failed_when says of its result': {
      task: 'command: sleep 30, register: r, failed_when: r.stdout == "x"',
      message: /^not finished within 1 s, and ended \(timeout\)$/,
    },
  };
  for (const [title, { task, message }] of Object.entries(late))
    it(`ends ${title}, and the next task runs on the same host`, async () => {
      const { lines, results } = await run({
        playbook: `- hosts: a
  tasks:
    - { name: late, ${task}, timeout: 1, ignore_errors: true }
    - { name: next, shell: echo there }
`,
      });
      expect(lines).to.deep.equal(['a failed late (ignored)', 'a changed next']);
      expect(results[0]!.message).to.match(message);
    });

  // The first deadlines began before the prefetch, and the quick task failed.
  it('leaves out the time in which later tasks are prefetched', async () => {
    const { lines } = await run({
      playbook: `- hosts: a
  tasks:
    - { name: quick, stat: { path: DIR/hosts.yml }, timeout: 1 }
    - { name: slow, slow: { seconds: 2 } }
`,
    });
    expect(lines).to.deep.equal(['a ok quick', 'a ok slow']);
  });

  // Hosts share a read of one host that is under way, and each has a deadline of its own.
  it('ends no read that the task of another host waits for as well', async () => {
    const { lines } = await run({
      playbook: `- hosts: a,b
  tasks:
    - { name: slow, slow: { seconds: 2 }, delegate_to: c, timeout: !cel "inventory_hostname == 'a' ? 1 : 0", ignore_errors: true }
`,
    });
    expect(lines).to.have.members(['a failed slow (ignored)', 'b ok slow']);
  });

  // The abort of a read ends its shell: host a was unreachable.
  it('ends no change that the task of another host has under way in the same shell', async () => {
    const { lines } = await run({
      playbook: `- hosts: a,b
  strategy: free
  tasks:
    - { name: change, shell: sleep 3; echo done, delegate_to: c, when: inventory_hostname == "a" }
    - { name: late, slow: { seconds: 12 }, delegate_to: c, timeout: 1, ignore_errors: true, when: inventory_hostname == "b" }
`,
      options: { lookahead: 0 },
    });
    expect(lines).to.include.members(['a changed change', 'b failed late (ignored)']);
  });

  // It was sent as a limit of 0 s: some seconds later the connection counted as lost.
  it('of 0 sets no limit', async () => {
    const deadline = startDeadline(0);
    const limits: (number | undefined)[] = [];
    const shell = {
      run: (scripts: readonly { readonly timeoutSeconds?: number }[]) => {
        limits.push(...scripts.map(({ timeoutSeconds }) => timeoutSeconds));
        return Promise.resolve([{ code: 0, stdout: Buffer.of(), stderr: Buffer.of() }]);
      },
    };
    const connection = { target: here, roundTrips: 0, shell: async () => shell, close: async () => {} };
    await new HostSession(contextOver(async () => connection, { deadline })).shell('true');
    expect([deadline.signal, limits]).to.deep.equal([undefined, [undefined]]);
    const { lines } = await run({
      playbook:
        '- { hosts: a, tasks: [{ name: t, slow: { seconds: 1 }, timeout: 0 }, { name: u, command: "true", timeout: 0 }] }\n',
    });
    expect(lines).to.deep.equal(['a ok t', 'a changed u']);
  });
});
