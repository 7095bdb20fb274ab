import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeFile } from '../../../engine/run/host/write-file.ts';
import { mountPoint } from '../../../modules/files/path.ts';
import { localHost } from '../../modules/local-host.ts';

describe('a file that is written whole', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const host = localHost();
  /** A host that the connection to is lost half way: to it, that is the end of what it reads. */
  const cutOff = { shell: (script: string, options = {}) => host.shell(script, { ...options, stdin: 'new con' }) };
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: Error) => error.message,
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-write-'));
    writeFileSync(at('f'), 'old\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('replaces the old one', async () => {
    await writeFile(host, at('f'), 'new content\n', {});
    expect(readFileSync(at('f'), 'utf8')).to.equal('new content\n');
    expect(readdirSync(folder)).to.deep.equal(['f']);
  });

  const long = Buffer.from('a line that is there often\n'.repeat(20_000));
  /** Tells how much goes to the host; `without`: gzip is not there. */
  const counting = (without = false) => {
    const sent: number[] = [];
    const shell: typeof host.shell = (script, options = {}) => {
      sent.push(Buffer.from(options.stdin ?? '').length);
      return host.shell(without ? script.replace('command -v gzip', 'false') : script, options);
    };
    return { shell, sent };
  };

  it('comes compressed where that pays', async () => {
    const { shell, sent } = counting();
    await writeFile({ shell }, at('f'), long, {});
    expect(readFileSync(at('f')).equals(long)).to.equal(true);
    expect(sent.length).to.equal(1);
    expect(sent[0]).to.be.below(long.length / 10);
    const noise = randomBytes(200_000);
    await writeFile({ shell }, at('f'), noise, {});
    expect(readFileSync(at('f')).equals(noise)).to.equal(true);
    expect(sent[1]).to.equal(noise.length);
  });

  it('comes as it is to a host without gzip', async () => {
    const { shell, sent } = counting(true);
    await writeFile({ shell }, at('f'), long, {});
    expect(readFileSync(at('f')).equals(long)).to.equal(true);
    expect(sent[1]).to.equal(long.length);
  });

  it('stays as it was where only a part of the new one came', async () => {
    expect(await failure(writeFile(cutOff, at('f'), 'new content\n', {}))).to.contain(
      'did not arrive completely; the old file stays',
    );
    expect(readFileSync(at('f'), 'utf8')).to.equal('old\n');
    expect(readdirSync(folder)).to.deep.equal(['f']);
  });

  it('takes away what was left of itself, and of nothing else', async () => {
    const killed = {
      shell: (script: string, options = {}) =>
        host.shell(
          `kill() { command kill -KILL $(exec sh -c 'echo $PPID'); }; ${script.replace('$store > $new', '$store > $new; kill')}`,
          options,
        ),
    };
    await failure(writeFile(killed, at('f'), 'new\n', {}));
    await failure(writeFile(killed, at('g'), 'new\n', {}));
    expect(readdirSync(folder).filter((name) => name.startsWith('.tsplay.'))).to.have.length(2);
    await writeFile(host, at('f'), 'new\n', {});
    expect(readdirSync(folder).filter((name) => name.startsWith('.tsplay.'))).to.have.length(1);
    await writeFile(host, at('g'), 'new\n', {});
    expect(readdirSync(folder)).to.deep.equal(['f', 'g']);
  });

  /** Wherever the author has put quotes, the command gets the path as one word. */
  const commands = [
    'grep -q new %s',
    "grep -q new '%s'",
    'grep -q new "%s"',
    'grep -q "\\"" %s || grep -q new %s',
    `echo "it's" >/dev/null; grep -q new '%s'`,
    `echo 'a\\' >/dev/null; grep -q new "%s"`,
    'sh -c "grep -q new \'%s\'"',
  ];
  for (const [where, folderName] of [
    ['a plain folder', 'plain'],
    ['a folder of a wild name', `it's "$HOME" \`id\``],
  ] as const)
    for (const validate of commands) {
      if (folderName !== 'plain' && validate.startsWith('sh -c')) continue; // a shell in a shell: as with Ansible
      it(`is validated by ${validate} in ${where}`, async () => {
        mkdirSync(at(folderName));
        const path = join(at(folderName), 'g');
        await writeFile(host, path, 'new\n', { validate });
        expect(await failure(writeFile(host, path, 'other\n', { validate }))).to.contain('is not valid');
        expect(readFileSync(path, 'utf8')).to.equal('new\n');
      });
    }

  it("is validated by a shell's own command, in a plain folder", async () => {
    await writeFile(host, at('f'), 'new\n', { validate: "sh -c 'grep -q new %s'" });
    expect(readFileSync(at('f'), 'utf8')).to.equal('new\n');
  });

  it('does not replace another content than the one it was made from', async () => {
    const old = createHash('sha256').update('old\n').digest('hex');
    await writeFile(host, at('f'), 'new\n', { replaces: old });
    expect(await failure(writeFile(host, at('f'), 'newer\n', { replaces: old }))).to.contain(
      'changed by something else',
    );
    expect(await failure(writeFile(host, at('f'), 'newer\n', { replaces: null }))).to.contain(
      'changed by something else',
    );
    await writeFile(host, at('g'), 'new\n', { replaces: null });
    symlinkSync('f', at('link'));
    const now = createHash('sha256').update('new\n').digest('hex');
    expect(await failure(writeFile(host, at('link'), 'x\n', { replaces: now }))).to.contain(
      'changed by something else',
    );
    expect(readFileSync(at('f'), 'utf8')).to.equal('new\n');
  });

  it('keeps each backup, also two of one second', async () => {
    const kept = [];
    for (const text of ['1', '2', '3']) kept.push(await writeFile(host, at('f'), text, { backup: true }));
    expect(kept.map(({ backup }) => readFileSync(backup!, 'utf8'))).to.deep.equal(['old\n', '1', '2']);
  });

  it('keeps owner and mode where none are given, and a new one is 0644', async () => {
    chmodSync(at('f'), 0o640);
    await writeFile(host, at('f'), 'new\n', {});
    await writeFile(host, at('g'), 'new\n', {});
    expect([statSync(at('f')).mode & 0o7777, statSync(at('g')).mode & 0o7777]).to.deep.equal([0o640, 0o644]);
  });

  it('is not readable by others before it has its mode', async () => {
    const looked: string[] = [];
    const shell: typeof host.shell = async (script, options = {}) => {
      const output = await host.shell(script.replace('sync $new', 'stat -c %a . >&2; sync $new'), options);
      looked.push(output.stderr);
      return output;
    };
    await writeFile({ shell }, at('secret'), 'x', { owner: String(process.getuid!()), mode: '0600' });
    expect(looked).to.deep.equal(['700\n']);
  });

  it('writes into a mount point only where that is asked for', async function () {
    writeFileSync(at('mounted'), 'a\n');
    const mounted = await host.run(['mount', '--bind', at('mounted'), at('f')]);
    if (mounted.code !== 0) this.skip(); // needs root
    try {
      expect(await host.read(mountPoint(at('f')))).to.equal(true);
      expect(await host.read(mountPoint(at('mounted')))).to.equal(false);
      expect(await failure(writeFile(host, at('f'), 'new\n', {}))).to.contain('it is a mount point');
      await writeFile(host, at('f'), 'new\n', { mode: '0600', unsafe_writes: true });
      expect(readFileSync(at('mounted'), 'utf8')).to.equal('new\n');
      expect(statSync(at('mounted')).mode & 0o7777).to.equal(0o600);
    } finally {
      await host.run(['umount', at('f')]);
    }
    expect(readdirSync(folder)).to.deep.equal(['f', 'mounted']);
  });

  it('says what its validation found', async () => {
    const error: unknown = await writeFile(host, at('f'), 'new\n', { validate: 'cat %s >&2; (exit 7)' }).catch(
      (e: unknown) => e,
    );
    expect(error).to.deep.include({
      command: 'cat %s >&2; (exit 7)',
      output: { code: 7, stdout: '', stderr: 'new\n' },
    });
    expect(readFileSync(at('f'), 'utf8')).to.equal('old\n');
  });
});
