import { getEventListeners } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import type { AnyModule } from '../../engine/module/module.ts';
import type { Emit } from '../../engine/run/events/event.ts';
import type { RunRequest } from '../../engine/run/prepare.ts';
import { type Access, startServer, type TestServer } from '../transport/ssh/server.ts';
import type { Files } from './lay-out.ts';
import type { Given, Traced } from './trace.ts';

const never = new Promise<never>(() => {});
const args = { type: 'object', properties: { at: { type: 'string' } } } as const;

const own: readonly AnyModule[] = [
  {
    name: 'stuck',
    summary: 'Its check never ends.',
    args,
    examples: [],
    async check({ at }: { at: string }) {
      writeFileSync(at, '');
      return never;
    },
  },
  {
    name: 'asks',
    summary: 'The host does not answer for a long time.',
    args,
    examples: [],
    async check({ at }: { at: string }, host) {
      await host.read({ key: `asks:${at}`, script: `touch ${at}; sleep 60`, parse: () => true });
      return { present: null, differences: [] };
    },
  },
  {
    name: 'two_steps',
    summary: 'Its change has two steps, and is verified.',
    args,
    examples: [],
    async check({ at }: { at: string }, host) {
      const script = `[ -e ${at}.first ] && [ -e ${at}.second ]`;
      const done = await host.read({ key: `steps:${at}`, script, parse: ({ code }) => code === 0 });
      return { present: null, differences: done ? [] : [{ what: 'steps', from: null, to: 'done' }] };
    },
    async change({ at }: { at: string }, _found, host) {
      await host.shell(`touch ${at}; while [ -e ${at} ]; do sleep 0.05; done; touch ${at}.first`);
      await host.shell(`touch ${at}.second`);
    },
  },
];

describe('an interrupt', function () {
  this.timeout(30_000);
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const agent = process.env['SSH_AUTH_SOCK'];
  let layOut: typeof import('./lay-out.ts').layOut;
  let traceIn: typeof import('./trace.ts').traceIn;
  let modules: RunRequest['modules'];
  let folder = '';
  let servers: TestServer[] = [];

  // What the engine imports while it runs would be other modules, with other error classes, than what mocha loads.
  before(async () => {
    delete process.env['SSH_AUTH_SOCK'];
    ({ traceIn } = await import('./trace.ts'));
    ({ layOut } = await import('./lay-out.ts'));
    const { modules: builtIn } = await import('../../modules/index.ts');
    modules = new Map([...builtIn, ...own].map((module) => [module.name, module]));
  });
  after(() => {
    if (agent !== undefined) process.env['SSH_AUTH_SOCK'] = agent;
  });
  afterEach(() => {
    for (const server of servers) server.stop();
    servers = [];
    rmSync(folder, { recursive: true, force: true });
  });

  /** Interrupts a run as soon as `DIR/began` is there. */
  async function interrupted(
    files: Files,
    more: Partial<RunRequest> & { readonly given?: Partial<Given>; readonly then?: () => void } = {},
  ): Promise<Traced & { readonly signal: AbortSignal }> {
    folder = layOut(files);
    const { given = {}, then = () => {}, ...request } = more;
    const controller = new AbortController();
    const running = traceIn(folder, given, { modules, ...request }, { signal: controller.signal });
    const now = { ended: false };
    const end = () => void (now.ended = true);
    running.then(end, end);
    while (!now.ended && !existsSync(join(folder, 'began'))) await sleep(20);
    controller.abort();
    then();
    return { ...(await running), signal: controller.signal };
  }

  const playbook = (task: string): string =>
    `- hosts: a\n  tasks:\n    - { name: t, ${task} }\n    - { name: next, debug: { msg: x } }\n`;

  // Nothing but pauses and retries had heard of an interrupt: the run waited for all of these.
  const waits: Readonly<Record<string, string>> = {
    'a check that never ends': 'stuck: { at: DIR/began }',
    'a check that waits for the host': 'asks: { at: DIR/began }',
    'the pause between attempts':
      'shell: touch DIR/began; false, changed_when: false, register: r, until: r.rc == 0, retries: 9, delay: 60',
  };
  for (const [title, task] of Object.entries(waits))
    it(`ends ${title}, and nothing further begins`, async () => {
      const { exit, lines } = await interrupted({ playbook: playbook(task) });
      expect(exit).to.equal(130);
      expect(lines.some((line) => line.includes('next'))).to.equal(false);
    });

  for (const task of ['pause: { seconds: 60 }', 'wait_for: { path: DIR/x }'])
    it(`ends a ${task}`, async () => {
      folder = layOut({ playbook: playbook(task) });
      const controller = new AbortController();
      const watch: Emit = (event) => {
        if (event.event === 'task-start') setTimeout(() => controller.abort(), 50);
      };
      const { exit, lines } = await traceIn(folder, {}, { modules }, { signal: controller.signal, watch });
      expect([exit, lines]).to.deep.equal([130, ['a skipped t']]);
    });

  it('ends the wait for an answer of the user', async () => {
    const { exit, lines } = await interrupted(
      { playbook: playbook('debug: { msg: x }') },
      {
        confirm: () => {
          writeFileSync(join(folder, 'began'), '');
          return never;
        },
      },
    );
    expect([exit, lines]).to.deep.equal([130, []]);
  });

  it('does not end a change that is under way, nor its later steps and its verification', async () => {
    const { exit, lines } = await interrupted(
      { playbook: playbook('two_steps: { at: DIR/began }') },
      { then: () => rmSync(join(folder, 'began')) },
    );
    expect([exit, lines]).to.deep.equal([130, ['a changed t']]);
  });

  // Hosts that waited for a fork all ran the command.
  it('lets nothing begin on the hosts that come next', async () => {
    const { exit, lines } = await interrupted(
      {
        playbook: `- hosts: all
  tasks:
    - name: t
      shell: touch DIR/began; while [ -e DIR/began ]; do sleep 0.05; done
`,
      },
      { given: { options: { forks: 1, lookahead: 0 } }, then: () => rmSync(join(folder, 'began')) },
    );
    expect([exit, lines]).to.deep.equal([130, ['a changed t', 'b skipped t', 'c skipped t']]);
  });

  it('leaves a handler that it has ended to the next run', async () => {
    const handler = (task: string): string => `- name: p
  hosts: a
  tasks: [{ name: t, shell: echo x, changed_when: "go == 'on'", notify: h }]
  handlers: [{ name: h, ${task} }]
`;
    const journal = mkdtempSync(join(tmpdir(), 'tsplay-journal-'));
    try {
      const given = { extra: { go: 'on' } };
      const ended = await interrupted({ playbook: handler('asks: { at: DIR/began }') }, { journal, given });
      expect(ended.lines).to.deep.equal(['a changed t', 'a skipped h (handler)']);
      writeFileSync(join(folder, 'site.yml'), handler('debug: { msg: x }'));
      const next = await traceIn(folder, { extra: { go: 'off' } }, { modules, journal });
      expect(next.lines).to.include('a ok h (handler)');
    } finally {
      rmSync(journal, { recursive: true });
    }
  });

  it('does not leave a handler to the next run that has run to its end meanwhile', async () => {
    const journal = mkdtempSync(join(tmpdir(), 'tsplay-journal-'));
    try {
      const ended = await interrupted(
        {
          playbook: `- name: p
  hosts: a
  tasks: [{ name: t, shell: echo x, changed_when: "go == 'on'", notify: h }]
  handlers: [{ name: h, shell: "touch DIR/began; while [ -e DIR/began ]; do sleep 0.05; done" }]
`,
        },
        { journal, given: { extra: { go: 'on' } }, then: () => rmSync(join(folder, 'began')) },
      );
      expect(ended.lines).to.deep.equal(['a changed t', 'a changed h (handler)']);
      const next = await traceIn(folder, { extra: { go: 'off' } }, { modules, journal });
      expect(next.lines).to.deep.equal(['a ok t']);
    } finally {
      rmSync(journal, { recursive: true });
    }
  });

  it('leaves no listener on its signal', async () => {
    const inner: AbortSignal[] = [];
    const { signal, exit, results } = await interrupted(
      {
        playbook: `- hosts: all
  tasks:
    - { stat: { path: DIR/x }, timeout: 5 }
    - { copy: { content: "{{ item }}", dest: "DIR/{{ inventory_hostname }}{{ item }}" }, loop: [u, v, w] }
    - { copy: { content: "{{ facts.hostname }}", dest: DIR/x }, throttle: 1, run_once: true }
    - { wait_for: { path: DIR/x } }
    - { meta: reset_connection }
`,
      },
      {
        policy: {
          occurrence: () => '1',
          observer: ({ run }) => {
            inner.push(run.signal);
            return { observed: () => {}, missed: () => {}, localFile: () => {} };
          },
        },
      },
    );
    expect([exit, results.filter(({ status }) => status === 'failed').map(({ message }) => message)]).to.deep.equal([
      0,
      [],
    ]);
    for (const one of [signal, ...inner]) expect(getEventListeners(one, 'abort')).to.deep.equal([]);
  });

  describe('of a run on hosts that say nothing', () => {
    let silent: Server;
    const sockets: Socket[] = [];
    beforeEach(async () => {
      silent = createServer((socket) => void sockets.push(socket.on('error', () => {})));
      await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    });
    afterEach(() => {
      silent.close();
      for (const socket of sockets) socket.destroy();
    });

    const on = (port: number, seconds: number, task = 'stat: { path: /x }'): Files => ({
      playbook: `- { hosts: a, tasks: [{ name: t, ${task} }] }\n- { hosts: b, tasks: [{ name: u, ping: {} }] }\n`,
      inventory: `all:
  vars: { ansible_user: me, ansible_ssh_private_key_file: DIR/key, ansible_timeout: ${seconds}, ansible_host_key_checking: false }
  hosts: { a: { ansible_host: 127.0.0.1, ansible_port: ${port} }, b: { ansible_connection: local } }
`,
      files: { key: pair.private },
    });

    async function serve(access: Access): Promise<number> {
      const server = await startServer({ publicKey: pair.public, ...access });
      servers.push(server);
      return server.port;
    }

    for (const task of ['stat: { path: /x }', 'command: x', 'shell: x, async: 60, poll: 1'])
      it(`ends connecting for ${task}`, async () => {
        const { port } = silent.address() as AddressInfo;
        silent.on('connection', () => writeFileSync(join(folder, 'began'), ''));
        const { exit } = await interrupted(on(port, 600, task));
        expect(exit).to.equal(130);
      });

    // There was no limit for what comes after the login.
    for (const access of ['session', 'exec'] as const) {
      it(`ends the wait for ${access === 'session' ? 'a channel' : 'a shell'} after the login`, async () => {
        const port = await serve({ silent: access });
        const { logins } = servers[0]!;
        logins.push = (login) => {
          writeFileSync(join(folder, 'began'), '');
          return Array.prototype.push.call(logins, login);
        };
        const { exit } = await interrupted(on(port, 600));
        expect(exit).to.equal(130);
      });

      it(`is not needed where ${access === 'session' ? 'a channel' : 'a shell'} does not come after the login`, async () => {
        folder = layOut(on(await serve({ silent: access }), 1));
        const { exit, lines } = await traceIn(folder, {});
        expect([exit, lines]).to.deep.equal([4, ['a unreachable t']]);
      });
    }
  });
});
