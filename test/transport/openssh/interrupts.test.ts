import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { start } from '../../cli/command.ts';
import { startServer } from '../ssh/server.ts';

/** Where the run is when it is interrupted: what it waits for, and how often Ctrl-C is pressed. */
interface Stage {
  readonly presses: 1 | 2;
  readonly task: string;
  /** Starts a server, and what resolves when the run has come to the stage. */
  readonly begin: () => Promise<{ readonly port: number; readonly reached: Promise<unknown>; stop(): void }>;
}

const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

const stages: Readonly<Record<string, Stage>> = {
  'it connects to a silent host': {
    presses: 1,
    task: 'stat: { path: / }',
    begin: async () => {
      const server = createServer((socket) => socket.on('error', () => {}).resume());
      const reached = new Promise((done) => server.once('connection', done));
      return { port: await listening(server), reached, stop: () => server.close() };
    },
  },
  'the host thinks about a password': {
    presses: 1,
    task: 'stat: { path: / }',
    begin: async () => {
      let told = (): void => {};
      const reached = new Promise<void>((done) => {
        told = done;
      });
      const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
        client.on('error', () => {});
        client.on('authentication', (attempt) => {
          if (attempt.method === 'password') told();
          else attempt.reject(['password']);
        });
      });
      return { port: await listening(server), reached, stop: () => server.close() };
    },
  },
  'a command runs': {
    presses: 2,
    task: "command: 'sleep 47.11'",
    begin: async () => {
      const server = await startServer({ password: 'sesame' });
      const reached = (async () => {
        while (running('sleep\u000047.11').length === 0) await sleep(50);
      })();
      return { port: server.port, reached, stop: () => server.stop() };
    },
  },
};

/** The processes with this text in their arguments. */
function running(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false; // it has ended
    }
  });
}

describe("an interrupt leaves nothing of the system's ssh running", function () {
  this.timeout(30_000);
  before(function () {
    if (spawnSync('ssh', ['-V']).error) this.skip();
  });

  for (const [when, { presses, task, begin }] of Object.entries(stages))
    it(`while ${when}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tsplay-int-'));
      const server = await begin();
      try {
        mkdirSync(join(folder, 'tmp'));
        const variables = {
          ansible_connection: 'openssh',
          ansible_host: '127.0.0.1',
          ansible_port: server.port,
          ansible_user: 'me',
          ansible_password: 'sesame',
          ansible_timeout: 30,
          ansible_ssh_common_args: `-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=${join(folder, 'known')}`,
        };
        writeFileSync(join(folder, 'hosts.json'), JSON.stringify({ all: { hosts: { web1: variables } } }));
        writeFileSync(
          join(folder, 'site.yml'),
          `- { hosts: all, gather_facts: false, tasks: [{ name: wait, ${task} }] }\n`,
        );
        const env = { ...process.env, TMPDIR: join(folder, 'tmp') };
        const run = start(['run', 'site.yml', '-i', 'hosts.json'], { cwd: folder, env });
        await server.reached;
        expect(running(folder), 'its ssh').to.not.deep.equal([]);
        run.child.kill('SIGINT');
        if (presses === 2) {
          await run.said('Interrupted');
          run.child.kill('SIGINT');
        }
        expect((await run.ended).code).to.equal(130);
        for (let tries = 0; tries < 40 && running(folder).length > 0; tries++) await sleep(50);
        expect(running(folder)).to.deep.equal([]);
        expect(readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('tsplay-'))).to.deep.equal([]);
      } finally {
        server.stop();
        for (const pid of running('sleep\u000047.11')) process.kill(Number(pid));
        rmSync(folder, { recursive: true });
      }
    });
});
