import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeFile } from '../../../engine/run/host/write-file.ts';
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
