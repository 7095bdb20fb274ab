import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { hostExec, hostKill, hostStart } from '../../engine/lab/control.ts';
import { labStatus } from '../../engine/lab/lab.ts';
import { labPaths } from '../../engine/lab/paths.ts';
import { nothingRuns, ONE, openTrouble, type Ran, TWO } from './trouble.ts';

/** Failures, on separate hosts that may be killed, filled up and cut off. */
describe('trouble', function () {
  this.timeout(60_000);
  let at: Awaited<ReturnType<typeof openTrouble>>;
  let password: string;

  before(async function () {
    this.timeout(120_000);
    at = await openTrouble();
    password = readFileSync(labPaths(at.options).password, 'utf8').trim();
  });

  after(() => at.close());

  afterEach(async () => {
    for (const { name, state } of await labStatus(at.options)) {
      if (state !== 'running') continue;
      await at.until(name, nothingRuns);
      expect(await at.inside(name, 'find / -xdev -name ".tsplay.*"'), `left on ${name}`).to.equal('');
    }
  });

  it('tells what a command left that failed; the other hosts go on', async () => {
    const { code, results, shown } = await at.run(
      `- { name: fails, shell: 'echo out; echo why >&2; exit 3', when: "inventory_hostname == '${ONE}'" }\n- { name: next, command: 'true' }`,
    );
    expect(results).to.deep.equal([`${ONE} failed fails`, `${TWO} changed next`, `${TWO} skipped fails`]);
    expect(shown).to.match(
      /failed trouble-1: exit code 3: why\n\s+at .*yml:4:7\n\s+command: echo out.*\n\s+exit code: 3\n\s+stderr:\n\s+why\n\s+stdout:\n\s+out/,
    );
    expect(code).to.equal(2);
  });

  describe('on the way to a host', () => {
    const who = '- { name: who, command: id -un, changed_when: false }';

    it('a host that is off', async () => {
      await hostKill(at.options, TWO);
      try {
        const off = await at.run(`${who}\n- { name: next, command: 'true' }`);
        expect(off.results).to.deep.equal([`${ONE} changed next`, `${ONE} ok who`, `${TWO} unreachable who`]);
        expect(off.reported(TWO)).to.match(/127\.20\.1\.42 (refuses the connection|hangs up before the login)/);
        expect(off.code).to.equal(4);
        expect((await at.run(`${who}\n- { name: fails, command: 'false' }`)).code).to.equal(6);
      } finally {
        await hostStart(at.options, TWO);
      }
    });

    it('a host key that is another one, and one that is not known', async () => {
      const known = readFileSync(labPaths(at.options).knownHosts, 'utf8');
      const file = join(at.folder, 'known_hosts');
      const strict = ['-e', JSON.stringify({ ansible_ssh_common_args: `-o UserKnownHostsFile=${file}` })];
      const swapped = known
        .split('\n')
        .filter((line) => line.startsWith('127.20.1.42 '))
        .map((line) => line.replace('.42 ', '.41 '))
        .join('\n');
      writeFileSync(file, `${swapped}\n`);
      const prints = async (host: string) =>
        (await at.inside(host, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')[1]!;
      const { code, results, reported } = await at.run(who, ...strict);
      expect([code, results]).to.deep.equal([4, [`${ONE} unreachable who`, `${TWO} unreachable who`]]);
      for (const text of [await prints(ONE), await prints(TWO), `${file}:1`, 'has changed', 'ssh-keygen -R'])
        expect(reported(ONE)).to.contain(text);
      expect(reported(TWO)).to.contain(`is not known: ssh-ed25519 ${await prints(TWO)}`);
      expect(readFileSync(file, 'utf8')).to.equal(`${swapped}\n`);
    });

    it('a login that is refused', async () => {
      const wrong = join(at.folder, 'wrong_key');
      writeFileSync(
        wrong,
        await at
          .inside(ONE, 'ssh-keygen -q -t ed25519 -N "" -f /tmp/key && cat /tmp/key && rm /tmp/key /tmp/key.pub')
          .then((key) => `${key}\n`),
        { mode: 0o600 },
      );
      const refused = async (variables: object) => {
        const { code, reported, shown } = await at.run(who, '-l', ONE, '-e', JSON.stringify(variables));
        expect(code).to.equal(4);
        expect(shown).not.to.contain('opensesame');
        return reported(ONE);
      };
      expect(await refused({ ansible_private_key_file: wrong })).to.contain(
        `refuses the login as debian: tried key ${wrong}; the server accepts publickey`,
      );
      expect(await refused({ ansible_user: 'nobody' })).to.contain('refuses the login as nobody');
      expect(await refused({ ansible_private_key_file: join(at.folder, 'no_key') })).to.contain('there is no key file');
      expect(await refused({ ansible_password: 'opensesame', ansible_private_key_file: null })).to.contain(
        'tried password',
      );
      await at.inside(ONE, 'echo "PasswordAuthentication no" > /etc/ssh/sshd_config.d/no.conf && systemctl reload ssh');
      await at.until(ONE, 'sshd -T | grep -q "^passwordauthentication no"');
      expect(await refused({ ansible_password: 'opensesame', ansible_private_key_file: null })).to.match(
        /the server accepts publickey"/,
      );
      await at.inside(ONE, 'rm /etc/ssh/sshd_config.d/no.conf && systemctl reload ssh');
    });

    it('a user who may not become root', async () => {
      const asOperator = (...more: string[]) => at.run(who, '-l', ONE, '-e', 'ansible_user=operator', ...more);
      const none = await asOperator();
      expect([none.code, none.results]).to.deep.equal([2, [`${ONE} failed who`]]);
      expect(none.reported(ONE))
        .to.contain('asks for a password to become root, and none is given')
        .and.contain('ansible_become_password');
      const wrong = await asOperator('-e', 'ansible_become_password=opensesame');
      expect([wrong.code, wrong.reported(ONE).includes('refused the password to become root')]).to.deep.equal([
        2,
        true,
      ]);
      expect(wrong.shown).not.to.contain('opensesame');
      const nobody = await at.run(who, '-l', ONE, '-e', 'ansible_become_user=nosuch');
      expect([nobody.code, nobody.reported(ONE).includes("there is no user 'nosuch'")]).to.deep.equal([2, true]);
    });

    it('a password that no list of processes and no output shows', async () => {
      const watch = at.inside(
        ONE,
        'end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr "\\0" "\\n"; done 2>/dev/null | sort -u',
      );
      const { code, shown, events } = await at.run(
        `- { name: told, debug: { msg: 'it is {{ ansible_become_password }}' } }\n- { name: who, shell: 'sleep 1; id -un; echo "$0 $*"', register: r }\n- { name: root, assert: { that: "r.stdout.startsWith('root')" } }\n- { name: file, copy: { content: x, dest: /root/x } }\n- { name: gone, file: { path: /root/x, state: absent } }`,
        '-l',
        ONE,
        '-D',
        '-e',
        JSON.stringify({ ansible_user: 'operator', ansible_become_password: password }),
      );
      expect(code, shown).to.equal(0);
      expect(shown).to.contain('it is ********').and.not.contain(password);
      expect(JSON.stringify(events)).not.to.contain(password);
      const seen = await watch;
      expect(seen).to.contain('sudo').and.contain('while read -r size').and.not.contain(password);
    });
  });

  it('a task that takes too long, and a disk that is full', async () => {
    await at.inside(
      ONE,
      'mkdir /mnt/small && mount -t tmpfs -o size=64k none /mnt/small && echo old > /mnt/small/file',
    );
    const [big, packed] = [join(at.folder, 'big'), join(at.folder, 'packed')];
    writeFileSync(big, randomBytes(1_000_000));
    writeFileSync(packed, Buffer.alloc(1_000_000, 1)); // is sent compressed
    const { code, results, reported } = await at.run(
      `- { name: slow, shell: 'sleep 60 | cat', timeout: 1, ignore_errors: true }\n- { name: packed, copy: { src: ${packed}, dest: /mnt/small/file }, ignore_errors: true }\n- { name: full, copy: { src: ${big}, dest: /mnt/small/file } }`,
      '-l',
      ONE,
    );
    expect([code, results]).to.deep.equal([2, [`${ONE} failed full`, `${ONE} failed packed`, `${ONE} failed slow`]]);
    expect(reported(ONE)).to.contain('not finished within 1 s, and ended (timeout)');
    const full = 'cannot write /mnt/small/file: the new content could not be stored; the old file stays';
    expect(reported(ONE)).to.contain(`${full}: cat: write error: No space left on device`);
    expect(reported(ONE)).to.contain(`${full}: gzip: stdout: No space left on device`);
    expect(await at.inside(ONE, 'ls -A /mnt/small; cat /mnt/small/file; pgrep -x sleep')).to.equal('file\nold');
    await at.inside(ONE, 'umount /mnt/small; rmdir /mnt/small');
  });

  describe('a connection that is lost', () => {
    const written = () => playbookOf(join(at.folder, 'big.bin'));
    const playbookOf = (src: string) =>
      `- { name: big, copy: { src: ${src}, dest: /opt/big.bin, mode: '0640' } }\n- { name: next, copy: { content: x, dest: /opt/next } }`;

    // Random, so that compressing does not make it small.
    before(() => writeFileSync(join(at.folder, 'big.bin'), randomBytes(50_000_000)));

    it('while a command runs: unreachable, and no process stays behind', async () => {
      const { ran } = at.begin(`- { name: slow, command: sleep 3 }\n- { name: next, command: 'true' }`);
      await at.until(ONE, 'pgrep -x sleep');
      await at.cut(ONE);
      const { code, results, reported } = await ran;
      expect(results).to.deep.equal([`${ONE} unreachable slow`, `${TWO} changed next`, `${TWO} changed slow`]);
      expect(reported(ONE)).to.contain('connection to trouble-1 was lost while a command was running');
      expect(code).to.equal(4);
      await at.until(ONE, nothingRuns); // no root shell waits forever
    });

    it('while a big file is written: no partial file remains', async () => {
      const { ran } = at.begin(written());
      await at.until(ONE, 'ls /opt/.tsplay.*');
      await at.cut(ONE);
      const { code, results, reported } = await ran;
      expect(results, reported(ONE)).to.deep.equal([
        `${ONE} unreachable big`,
        `${TWO} changed big`,
        `${TWO} changed next`,
      ]);
      expect(code).to.equal(4);
      await at.until(ONE, nothingRuns);
      expect(await at.inside(ONE, 'ls -A /opt')).to.equal('');
    });

    it('because the host loses its power: the next run repairs it', async () => {
      const { ran } = at.begin(written(), ['-l', ONE]);
      await at.until(ONE, 'ls /opt/.tsplay.*');
      for (const name of ['sh', 'cat']) await hostExec(at.options, ONE, ['pkill', '-STOP', '-x', name]); // so that nothing is cleaned up
      await hostKill(at.options, ONE);
      const { code, results, reported } = await ran;
      expect([code, results]).to.deep.equal([4, [`${ONE} unreachable big`]]);
      expect(reported(ONE)).to.contain('was lost');
      await hostStart(at.options, ONE);
      expect(await at.inside(ONE, 'ls -A /opt')).to.match(/^\.tsplay\.\S+$/); // nothing could remove it
      expect((await at.run(written())).code).to.equal(0);
      expect(await at.inside(ONE, 'ls -A /opt')).to.equal('big.bin\nnext');
      expect(await at.unlike()).to.deep.equal([]); // same as the undisturbed host
    });
  });

  describe('an interruption', () => {
    const tasks = `- { name: before, copy: { content: 1, dest: /etc/before } }\n- { name: slow, shell: 'sleep 2; echo x > /etc/slow', args: { creates: /etc/slow } }\n- { name: after, copy: { content: 2, dest: /etc/after } }`;
    const under = async (signals: readonly NodeJS.Signals[]): Promise<Ran & { readonly seconds: number }> => {
      const { child, ran, said } = at.begin(tasks, ['-l', ONE]);
      await at.until(ONE, 'pgrep -x sleep');
      const start = performance.now();
      for (const signal of signals) {
        child.kill(signal);
        if (signal !== 'SIGKILL') await said('Interrupted');
      }
      return { ...(await ran), seconds: (performance.now() - start) / 1000 };
    };
    const clean = () => at.inside(ONE, 'rm -f /etc/before /etc/slow /etc/after');

    before(async () => {
      await at.reset();
      expect((await at.run(tasks, '-l', TWO)).code).to.equal(0);
    });
    beforeEach(clean);

    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      it(`by ${signal}: what is under way ends, and the next run completes the work`, async () => {
        const { code, results, events } = await under([signal]);
        expect([code, results]).to.deep.equal([130, [`${ONE} changed before`, `${ONE} changed slow`]]);
        expect(events.at(-1)).to.deep.include({ event: 'recap', exit: 130 });
        const again = await at.run(tasks, '-l', ONE);
        expect([again.code, again.results]).to.deep.equal([
          0,
          [`${ONE} changed after`, `${ONE} ok before`, `${ONE} ok slow`],
        ]);
        expect(await at.unlike()).to.deep.equal([]);
      });

    for (const signals of [['SIGINT', 'SIGINT'], ['SIGKILL']] as const)
      it(`by ${signals.join(' and ')}: at once, and the next run completes the work`, async () => {
        const { code, seconds } = await under(signals);
        expect(seconds).to.be.below(1.5);
        expect(code).to.equal(signals[0] === 'SIGKILL' ? null : 130);
        await at.until(ONE, nothingRuns);
        expect((await at.run(tasks, '-l', ONE)).code).to.equal(0);
        expect(await at.unlike()).to.deep.equal([]);
      });
  });

  it('a look writes nothing', async () => {
    const before = await at.digest(ONE);
    const { code, shown } = await at.run(
      `- { name: one, copy: { content: other, dest: /etc/before } }\n- { name: two, systemd: { name: ssh, state: stopped, enabled: false } }\n- { name: three, lineinfile: { path: /etc/hosts, line: 10.0.0.1 x } }`,
      '--check',
      '-l',
      ONE,
    );
    expect(code, shown).to.equal(0);
    await at.until(ONE, nothingRuns);
    expect(await at.digest(ONE)).to.deep.equal(before);
  });
});
