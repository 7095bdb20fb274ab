import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { labOptions } from '../../engine/cli/lab.ts';
import { type Running, start } from '../cli/command.ts';
import { eventsIn, type Line } from '../cli/events.ts';
import * as lab from './index.ts';

const inventory = 'test/lab/trouble.yml';
const [ONE, TWO] = ['trouble-1', 'trouble-2'];

interface Ran {
  readonly code: number | null;
  /** All that a person sees. */
  readonly shown: string;
  /** `HOST STATUS TASK` of each result. */
  readonly results: readonly string[];
  readonly events: readonly Line[];
  /** What was told of a host, its hints included. */
  told(host: string): string;
}

/** What goes wrong, on hosts of its own that may be killed, filled up and cut off. */
describe('trouble', function () {
  this.timeout(60_000);
  let options: lab.LabOptions;
  let folder: string;
  let password: string;

  /** A playbook of these tasks, for all hosts. */
  const playbook = (tasks: string): string => {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.yml`);
    writeFileSync(file, `- name: trouble\n  hosts: all\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`);
    return file;
  };

  /** Starts a run: the person's view on the terminal, the program's in a file. */
  const begin = (tasks: string, args: readonly string[] = []): Running & { readonly ran: Promise<Ran> } => {
    const file = playbook(tasks);
    const copy = `${file}.jsonl`;
    const running = start(['run', file, '-i', inventory, '-vv', '--output-file', copy, ...args]);
    const ran = running.ended.then(({ code, stdout, stderr }): Ran => {
      const events = eventsIn(readFileSync(copy, 'utf8'));
      const results = events.filter(({ event }) => event === 'result');
      const told = (host: string): string => JSON.stringify(results.filter((one) => one['host'] === host && one['status'] !== 'ok'));
      return { code, shown: stdout + stderr, events, results: results.map((one) => `${one['host']} ${one['status']} ${one['task']}`).sort(), told };
    });
    return { ...running, ran };
  };
  const run = (tasks: string, ...args: string[]): Promise<Ran> => begin(tasks, args).ran;

  const inside = async (host: string, script: string): Promise<string> => (await lab.hostExec(options, host, ['sh', '-c', script])).stdout.trim();
  const digest = (host: string) => lab.upperDigest(options, host);
  /** In what the two hosts, on which the same was asked for, are not alike. */
  const unlike = async (): Promise<string[]> => {
    const [one, two] = [await digest(ONE), await digest(TWO)];
    return [...new Set([...one.keys(), ...two.keys()])].filter((path) => path !== '/etc/machine-id' && one.get(path) !== two.get(path)).map((path) => `${path}: ${one.get(path)}, ${two.get(path)}`);
  };
  /** Waits for what happens on a host by itself. */
  const until = async (host: string, script: string): Promise<void> => {
    for (const end = Date.now() + 15_000; ; await sleep(50)) {
      if ((await lab.hostExec(options, host, ['sh', '-c', script])).code === 0) return;
      if (Date.now() > end) throw new Error(`on ${host} this never came true: ${script}\n${await inside(host, 'ps -ef')}`);
    }
  };
  /** Ends the sessions of logins, as a network that breaks does. */
  const cut = (host: string) => inside(host, 'pkill -KILL -f "^sshd: (debian|operator|root)"');
  const nothingRuns = 'set -- $(pgrep -f "[w]hile read -r size|^sshd: [a-z]+[@ ]|^sudo "); [ $# = 0 ]';
  const noLeftovers = (host: string) => inside(host, 'find / -xdev -name ".tsplay.*"');

  before(async function () {
    this.timeout(120_000);
    options = { ...(await labOptions([inventory], new AbortController().signal)), log: () => {} };
    folder = mkdtempSync(join(tmpdir(), 'tsplay-trouble-'));
    await lab.labUp(options);
    await lab.labReset(options, [ONE, TWO]);
    password = readFileSync(lab.labPaths(options).password, 'utf8').trim();
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await lab.labRemove(options, [ONE, TWO]);
  });

  afterEach(async () => {
    for (const { name, state } of await lab.labStatus(options)) {
      if (state !== 'running') continue;
      await until(name, nothingRuns);
      expect(await noLeftovers(name), `left on ${name}`).to.equal('');
    }
  });

  it('tells what a command left that failed; the other hosts go on', async () => {
    const { code, results, shown } = await run(
      `- { name: fails, shell: 'echo out; echo why >&2; exit 3', when: "inventory_hostname == '${ONE}'" }\n- { name: next, command: 'true' }`,
    );
    expect(results).to.deep.equal([`${ONE} failed fails`, `${TWO} changed next`, `${TWO} skipped fails`]);
    expect(shown).to.match(/failed trouble-1: exit code 3: why\n\s+at .*yml:4:7\n\s+command: echo out.*\n\s+exit code: 3\n\s+stderr:\n\s+why\n\s+stdout:\n\s+out/);
    expect(code).to.equal(2);
  });

  describe('on the way to a host', () => {
    const who = "- { name: who, command: id -un, changed_when: false }";

    it('a host that is off', async () => {
      await lab.hostKill(options, TWO);
      try {
        const off = await run(`${who}\n- { name: next, command: 'true' }`);
        expect(off.results).to.deep.equal([`${ONE} changed next`, `${ONE} ok who`, `${TWO} unreachable who`]);
        expect(off.told(TWO)).to.match(/127\.20\.1\.42 (refuses the connection|hangs up before the login)/);
        expect(off.code).to.equal(4);
        expect((await run(`${who}\n- { name: fails, command: 'false' }`)).code).to.equal(6);
      } finally {
        await lab.hostStart(options, TWO);
      }
    });

    it('a host key that is another one, and one that is not known', async () => {
      const known = readFileSync(lab.labPaths(options).knownHosts, 'utf8');
      const file = join(folder, 'known_hosts');
      const strict = ['-e', JSON.stringify({ ansible_ssh_common_args: `-o UserKnownHostsFile=${file}` })];
      const swapped = known.split('\n').filter((line) => line.startsWith('127.20.1.42 ')).map((line) => line.replace('.42 ', '.41 ')).join('\n');
      writeFileSync(file, `${swapped}\n`);
      const prints = async (host: string) => (await inside(host, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')[1]!;
      const { code, results, told } = await run(who, ...strict);
      expect([code, results]).to.deep.equal([4, [`${ONE} unreachable who`, `${TWO} unreachable who`]]);
      for (const text of [await prints(ONE), await prints(TWO), `${file}:1`, 'is not the known one', 'ssh-keygen -R']) expect(told(ONE)).to.contain(text);
      expect(told(TWO)).to.contain(`is not known: ssh-ed25519 ${await prints(TWO)}`);
      expect(readFileSync(file, 'utf8')).to.equal(`${swapped}\n`);
    });

    it('a login that is refused', async () => {
      const wrong = join(folder, 'wrong_key');
      writeFileSync(wrong, await inside(ONE, 'ssh-keygen -q -t ed25519 -N "" -f /tmp/key && cat /tmp/key && rm /tmp/key /tmp/key.pub').then((key) => `${key}\n`), { mode: 0o600 });
      const refused = async (variables: object) => {
        const { code, told, shown } = await run(who, '-l', ONE, '-e', JSON.stringify(variables));
        expect(code).to.equal(4);
        expect(shown).not.to.contain('opensesame');
        return told(ONE);
      };
      expect(await refused({ ansible_private_key_file: wrong })).to.contain(`refuses the login as debian: tried key ${wrong}; the server takes publickey`);
      expect(await refused({ ansible_user: 'nobody' })).to.contain('refuses the login as nobody');
      expect(await refused({ ansible_private_key_file: join(folder, 'no_key') })).to.contain('there is no key file');
      expect(await refused({ ansible_password: 'opensesame', ansible_private_key_file: null })).to.contain('tried password');
      await inside(ONE, 'echo "PasswordAuthentication no" > /etc/ssh/sshd_config.d/no.conf && systemctl reload ssh');
      await until(ONE, 'sshd -T | grep -q "^passwordauthentication no"');
      expect(await refused({ ansible_password: 'opensesame', ansible_private_key_file: null })).to.match(/the server takes publickey"/);
      await inside(ONE, 'rm /etc/ssh/sshd_config.d/no.conf && systemctl reload ssh');
    });

    it('a user who may not become root', async () => {
      const asOperator = (...more: string[]) => run(who, '-l', ONE, '-e', 'ansible_user=operator', ...more);
      const none = await asOperator();
      expect([none.code, none.results]).to.deep.equal([2, [`${ONE} failed who`]]);
      expect(none.told(ONE)).to.contain('asks for a password to become root, and none is given').and.contain('ansible_become_password');
      const wrong = await asOperator('-e', 'ansible_become_password=opensesame');
      expect([wrong.code, wrong.told(ONE).includes('refused the password to become root')]).to.deep.equal([2, true]);
      expect(wrong.shown).not.to.contain('opensesame');
      const nobody = await run(who, '-l', ONE, '-e', 'ansible_become_user=nosuch');
      expect([nobody.code, nobody.told(ONE).includes("there is no user 'nosuch'")]).to.deep.equal([2, true]);
    });

    it('a password that no list of processes and no output shows', async () => {
      const watch = inside(ONE, 'end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr "\\0" "\\n"; done 2>/dev/null | sort -u');
      const { code, shown, events } = await run(
        `- { name: told, debug: { msg: 'it is {{ ansible_become_password }}' } }\n- { name: who, shell: 'sleep 1; id -un; echo "$0 $*"', register: r }\n- { name: root, assert: { that: "r.stdout.startsWith('root')" } }\n- { name: file, copy: { content: x, dest: /root/x } }\n- { name: gone, file: { path: /root/x, state: absent } }`,
        ...['-l', ONE, '-D', '-e', JSON.stringify({ ansible_user: 'operator', ansible_become_password: password })],
      );
      expect(code, shown).to.equal(0);
      expect(shown).to.contain('it is ********').and.not.contain(password);
      expect(JSON.stringify(events)).not.to.contain(password);
      const seen = await watch;
      expect(seen).to.contain('sudo').and.contain('while read -r size').and.not.contain(password);
    });
  });

  it('a task that takes too long, and a disk that is full', async () => {
    await inside(ONE, 'mkdir /mnt/small && mount -t tmpfs -o size=64k none /mnt/small && echo old > /mnt/small/file');
    const big = join(folder, 'big');
    writeFileSync(big, Buffer.alloc(1_000_000, 1));
    const { code, results, told } = await run(
      `- { name: slow, shell: 'sleep 60 | cat', timeout: 1, ignore_errors: true }\n- { name: full, copy: { src: ${big}, dest: /mnt/small/file } }`,
      ...['-l', ONE],
    );
    expect([code, results]).to.deep.equal([2, [`${ONE} failed full`, `${ONE} failed slow`]]);
    expect(told(ONE)).to.contain('not finished within 1 s, and ended (timeout)');
    expect(told(ONE)).to.contain('cannot write /mnt/small/file: the new content could not be stored; the old file stays: cat: write error: No space left on device');
    expect(await inside(ONE, 'ls -A /mnt/small; cat /mnt/small/file; pgrep -x sleep')).to.equal('file\nold');
    await inside(ONE, 'umount /mnt/small; rmdir /mnt/small');
  });

  describe('a connection that is lost', () => {
    const written = () => playbookOf(join(folder, 'big.bin'));
    const playbookOf = (src: string) => `- { name: big, copy: { src: ${src}, dest: /opt/big.bin, mode: '0640' } }\n- { name: next, copy: { content: x, dest: /opt/next } }`;

    before(() => writeFileSync(join(folder, 'big.bin'), Buffer.alloc(50_000_000, 'tsplay')));

    it('while a command runs: unreachable, and nobody stays behind', async () => {
      const { ran } = begin(`- { name: slow, command: sleep 3 }\n- { name: next, command: 'true' }`);
      await until(ONE, 'pgrep -x sleep');
      await cut(ONE);
      const { code, results, told } = await ran;
      expect(results).to.deep.equal([`${ONE} unreachable slow`, `${TWO} changed next`, `${TWO} changed slow`]);
      expect(told(ONE)).to.contain('connection to trouble-1 was lost while a command was running');
      expect(code).to.equal(4);
      await until(ONE, nothingRuns); // no shell of root's waits for ever
    });

    it('while a big file is written: no half of it is anywhere', async () => {
      const { ran } = begin(written());
      await until(ONE, 'ls /opt/.tsplay.*');
      await cut(ONE);
      const { code, results } = await ran;
      expect(results).to.deep.equal([`${ONE} unreachable big`, `${TWO} changed big`, `${TWO} changed next`]);
      expect(code).to.equal(4);
      await until(ONE, nothingRuns);
      expect(await inside(ONE, 'ls -A /opt')).to.equal('');
    });

    it('because the host loses its power: the next run mends what was left', async () => {
      const { ran } = begin(written(), ['-l', ONE]);
      await until(ONE, 'ls /opt/.tsplay.*');
      await lab.hostKill(options, ONE);
      const { code, results, told } = await ran;
      expect([code, results]).to.deep.equal([4, [`${ONE} unreachable big`]]);
      expect(told(ONE)).to.contain('was lost');
      await lab.hostStart(options, ONE);
      expect(await inside(ONE, 'ls -A /opt')).to.match(/^\.tsplay\.\S+$/); // nobody could take it away
      expect((await run(written())).code).to.equal(0);
      expect(await inside(ONE, 'ls -A /opt')).to.equal('big.bin\nnext');
      expect(await unlike()).to.deep.equal([]); // where the same ran without trouble
    });
  });

  describe('an interruption', () => {
    const tasks = `- { name: before, copy: { content: 1, dest: /etc/before } }\n- { name: slow, shell: 'sleep 2; echo x > /etc/slow', args: { creates: /etc/slow } }\n- { name: after, copy: { content: 2, dest: /etc/after } }`;
    const under = async (signals: readonly NodeJS.Signals[]): Promise<Ran & { readonly seconds: number }> => {
      const { child, ran, said } = begin(tasks, ['-l', ONE]);
      await until(ONE, 'pgrep -x sleep');
      const begun = performance.now();
      for (const signal of signals) {
        child.kill(signal);
        if (signal !== 'SIGKILL') await said('Interrupted');
      }
      return { ...(await ran), seconds: (performance.now() - begun) / 1000 };
    };
    const clean = () => inside(ONE, 'rm -f /etc/before /etc/slow /etc/after');

    before(async () => expect((await run(tasks, '-l', TWO)).code).to.equal(0));
    beforeEach(clean);

    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      it(`by ${signal}: what is under way ends, and the next run completes the work`, async () => {
        const { code, results, events } = await under([signal]);
        expect([code, results]).to.deep.equal([130, [`${ONE} changed before`, `${ONE} changed slow`]]);
        expect(events.at(-1)).to.deep.include({ event: 'recap', exit: 130 });
        const again = await run(tasks, '-l', ONE);
        expect([again.code, again.results]).to.deep.equal([0, [`${ONE} changed after`, `${ONE} ok before`, `${ONE} ok slow`]]);
        expect(await unlike()).to.deep.equal([]);
      });

    for (const signals of [['SIGINT', 'SIGINT'], ['SIGKILL']] as const)
      it(`by ${signals.join(' and ')}: at once, and the next run completes the work`, async () => {
        const { code, seconds } = await under(signals);
        expect(seconds).to.be.below(1.5);
        expect(code).to.equal(signals[0] === 'SIGKILL' ? null : 130);
        await until(ONE, nothingRuns);
        expect((await run(tasks, '-l', ONE)).code).to.equal(0);
        expect(await unlike()).to.deep.equal([]);
      });
  });

  it('a look writes nothing', async () => {
    const before = await digest(ONE);
    const { code, shown } = await run(`- { name: one, copy: { content: other, dest: /etc/before } }\n- { name: two, systemd: { name: ssh, state: stopped, enabled: false } }\n- { name: three, lineinfile: { path: /etc/hosts, line: 10.0.0.1 x } }`, '--check', '-l', ONE);
    expect(code, shown).to.equal(0);
    await until(ONE, nothingRuns);
    expect(await digest(ONE)).to.deep.equal(before);
  });
});
