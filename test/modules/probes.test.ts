import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Probe } from '../../engine/module/probe.ts';
import { applyMode } from '../../modules/files/attributes.ts';
import { inode, pathState, realPath, sameFile } from '../../modules/files/path.ts';
import { digestOf, fileDigest, fileText, largestText, noFile } from '../../modules/files/text.ts';
import { tree } from '../../modules/files/tree.ts';
import { identity, nameOfId } from '../../modules/system/identity.ts';
import { mountedAt } from '../../modules/system/mounted.ts';

/** Runs a probe as the engine does: by /bin/sh, in a subshell, with stdin closed. */
function ask<T>(probe: Probe<T>): T {
  const ran = spawnSync('/bin/sh', ['-c', `(${probe.script}\n)`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1e8,
  });
  return probe.parse({ code: ran.status ?? 1, stdout: ran.stdout.toString(), stderr: ran.stderr.toString() });
}

const names = [
  'plain',
  'two words',
  `it's "quoted"`,
  '$(touch made)`touch made`',
  'line\nbreak',
  'grüße ☃ 日本',
  '-n',
  '*',
  'x: No such file or directory',
  '\\101',
];

describe('probes of paths', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const me = execFileSync('id', ['-un']).toString().trim();

  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'tsplay probes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const name of names) {
    it(`see a file, a link and nothing at ${JSON.stringify(name)}`, () => {
      const path = at(name);
      expect(ask(pathState(path))).to.deep.equal({ type: 'absent' });
      expect(ask(fileText(path))).to.deep.equal(noFile);
      expect(ask(fileDigest(path))).to.equal(null);
      expect(ask(inode(path))).to.equal(null);
      writeFileSync(path, `in ${name}`, { mode: 0o640 });
      chmodSync(path, 0o640);
      expect(ask(pathState(path))).to.deep.include({ type: 'file', mode: '0640', owner: me });
      expect(ask(fileText(path))).to.deep.equal({ exists: true, content: `in ${name}`, encoding: 'utf8' });
      expect(ask(fileDigest(path))).to.equal(digestOf(`in ${name}`));
      expect(ask(inode(path))).to.include({ uid: userInfo().uid, size: Buffer.byteLength(`in ${name}`) });
      symlinkSync(path, at('a link'));
      expect(ask(pathState(at('a link')))).to.deep.include({ type: 'link', target: path });
      expect(ask(realPath(at('a link')))).to.equal(path);
      expect(ask(fileText(at('a link'))).content).to.equal(`in ${name}`);
      expect(ask(sameFile(path, at('a link')))).to.equal(true);
      expect(ask(pathState(at('made'))).type).to.equal('absent');
    });
  }

  it('give every byte of a text back, and base64 of what is no text', () => {
    const text = '\ufeffends without a line end, has \r\n and \0 and 日本\n\n\n';
    writeFileSync(at('text'), text);
    expect(ask(fileText(at('text'))).content).to.equal(text);
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x0a]);
    writeFileSync(at('bytes'), bytes);
    expect(ask(fileText(at('bytes')))).to.deep.equal({
      exists: true,
      content: bytes.toString('base64'),
      encoding: 'base64',
    });
    writeFileSync(at('empty'), '');
    expect(ask(fileText(at('empty')))).to.deep.equal({ exists: true, content: '', encoding: 'utf8' });
  });

  it('leave the content of a large file where it is', () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), largestText + 1);
    expect(ask(fileText(at('large'))).encoding).to.equal('too-large');
  });

  it('tell folders, dangling links, pipes and special bits', () => {
    mkdirSync(at('folder'));
    chmodSync(at('folder'), 0o2750);
    expect(ask(pathState(at('folder')))).to.deep.include({ type: 'directory', mode: '2750' });
    expect(ask(fileText(at('folder')))).to.deep.equal(noFile);
    expect(ask(fileDigest(at('folder')))).to.equal(null);
    symlinkSync('nowhere', at('dangling'));
    expect(ask(pathState(at('dangling')))).to.deep.include({ type: 'link', target: 'nowhere', mode: '0777' });
    expect(ask(fileText(at('dangling')))).to.deep.equal(noFile);
    execFileSync('mkfifo', [at('pipe')]);
    expect(ask(pathState(at('pipe'))).type).to.equal('other');
    expect(ask(fileText(at('pipe')))).to.deep.equal(noFile); // and does not wait for somebody to write into it
    writeFileSync(at('file'), '');
    expect(ask(pathState(at('file/below'))).type).to.equal('absent');
    expect(ask(realPath(at('no/such/folder')))).to.equal(null);
    symlinkSync(at('circle/below'), at('circle'));
    expect(ask(realPath(at('circle'))), 'a link to something below itself').to.equal(null);
  });

  it('fail where it cannot be seen what is there', () => {
    symlinkSync('round', at('round'));
    expect(() => ask(fileText(at('round')))).to.throw(/cannot read .*round/);
    expect(() => ask(pathState(at('x'.repeat(300))))).to.throw('File name too long');
  });

  it('sum up what is below a folder', () => {
    expect(ask(tree(at('missing')))).to.deep.equal([]);
    mkdirSync(at('top/in side'), { recursive: true });
    for (const name of names) {
      writeFileSync(at(`top/in side/${name}`), '');
      chmodSync(at(`top/in side/${name}`), 0o600);
    }
    chmodSync(at('top/in side'), 0o755);
    const { owner, group } = ask(pathState(at('top'))) as { owner: string; group: string };
    expect(ask(tree(at('top')))).to.deep.equal([
      { type: 'directory', mode: '0755', owner, group, count: 1 },
      { type: 'file', mode: '0600', owner, group, count: names.length },
    ]);
  });

  it('know hard links from copies', () => {
    writeFileSync(at('one'), 'x');
    writeFileSync(at('copy'), 'x');
    linkSync(at('one'), at('two'));
    expect(ask(sameFile(at('one'), at('two')))).to.equal(true);
    expect(ask(sameFile(at('one'), at('copy')))).to.equal(false);
    expect(ask(sameFile(at('one'), at('missing')))).to.equal(false);
  });

  it('know who asks, names of numbers, and what is mounted', () => {
    expect(ask(identity())).to.deep.include({ user: me });
    expect(ask(identity()).umask).to.be.within(0, 0o777);
    expect(ask(nameOfId('user', '0'))).to.equal('root');
    expect(ask(nameOfId('group', '4294000000'))).to.equal(null);
    expect(ask(mountedAt('/proc'))).to.deep.equal({ source: 'proc', fstype: 'proc', layers: 1 });
    expect(ask(mountedAt(folder))).to.equal(null);
  });

  it('symbolic modes come out as with chmod', () => {
    const modes = [
      'u=rw,go=r',
      'g+w',
      'a+X',
      'u=rwX,g=rX,o=',
      '+x',
      '=r',
      '-w',
      'u+s',
      'g-s',
      '+t',
      'ug=rwx,o+t',
      'u=rw+x',
      'g=',
      'a=t',
      'o=t',
    ];
    mkdirSync(at('d'));
    writeFileSync(at('f'), '');
    const rows = ['f', 'd'].flatMap((name) =>
      ['0644', '4755', '2750', '1777', '0000'].flatMap((start) => modes.map((mode) => ({ name, start, mode }))),
    );
    const lines = rows.map(
      ({ name, start, mode }) => `chmod 0${start} ${name}; chmod -- ${mode} ${name} 2>/dev/null; stat -c %a ${name}`,
    );
    const real = execFileSync('/bin/sh', ['-c', `umask 022; ${lines.join('\n')}`], { cwd: folder })
      .toString()
      .trim()
      .split('\n');
    const ours = rows.map(({ name, start, mode }) => applyMode(mode, start, name === 'd'));
    expect(ours).to.deep.equal(real.map((mode) => mode.padStart(4, '0')));
  });
});
