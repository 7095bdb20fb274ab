import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Output, Probe } from '../../engine/module/probe.ts';
import { pathState } from '../../modules/files/path.ts';
import { packageState } from '../../modules/packages/dpkg.ts';

function run(script: string): Output {
  const ran = spawnSync('/bin/sh', ['-c', `(${script}\n)`], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { code: ran.status ?? 1, stdout: ran.stdout.toString(), stderr: ran.stderr.toString() };
}

/** Told or failed: what the probe makes of an output. */
function read<T>(probe: Probe<T>, out: Output): unknown {
  try {
    return probe.parse(out);
  } catch (error) {
    return (error as Error).message;
  }
}

function expectTheSame(probes: readonly Probe<unknown>[]): void {
  const { kind } = probes[0]!.together!;
  const subjects = probes.map(({ together }) => together!.subject);
  const shares = kind.shares(run(kind.script(subjects)), subjects);
  const alone = probes.map((probe) => read(probe, run(probe.script)));
  expect(probes.map((probe, i) => read(probe, shares![i]!))).to.deep.equal(alone);
}

describe('probes that are asked together', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-together-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('tell of each path what it tells alone', () => {
    const names = ['plain', 'two words', `it's "q"`, 'line\nbreak', '☃', '*', '-n', 'x: No such file or directory'];
    const at = (name: string): string => join(folder, name);
    for (const name of names) writeFileSync(at(name), '');
    chmodSync(at('plain'), 0o4711);
    mkdirSync(at('dir'));
    symlinkSync('nowhere', at('dangling'));
    symlinkSync('two\nlines\n', at('odd link'));
    symlinkSync(at('plain'), at('plain link'));
    const missing = ['gone', 'gone\ntoo', 'plain/below', 'x'.repeat(300)];
    const all = ['gone', 'dangling', ...names, ...missing, 'odd link', 'dir', 'plain link', 'dir/gone'];
    expectTheSame(all.map((name) => pathState(at(name))));
    expectTheSame([pathState(at('gone')), pathState(at('gone\ntoo'))]);
    expectTheSame([pathState('/'), pathState(at('dir'))]);
  });

  it('are each asked alone where the common answer is not whole', () => {
    const [a, b] = [pathState('/a'), pathState('/b')];
    const { kind } = a.together!;
    const told = (out: Partial<Output>) => kind.shares({ code: 0, stdout: '', stderr: '', ...out }, ['/a', '/b']);
    const state = '644|root|0|root|0|regular file';
    expect(told({ code: 137 })).to.equal(undefined);
    expect(told({ stdout: `/a\0${state}\0` })).to.equal(undefined);
    expect(told({ stdout: `/b\0${state}\0/a\0${state}\0` })).to.equal(undefined);
    expect(told({ stderr: 'stat: a\nstat: b\nreadlink: b\n' })).to.equal(undefined);
    expect(told({ stdout: `/a\0${state}\0/b\x00777|root|0|root|0|symbolic link\0` })).to.equal(undefined);
    expect(told({ stdout: `/a\0${state}\0/b\0${state}\0` })).to.have.length(2);
    expect(b.together!.kind).to.equal(kind);
  });

  it('tell of each package what it tells alone', function () {
    if (spawnSync('dpkg-query', ['--version']).error) this.skip();
    expectTheSame(['dpkg', 'no-such-package', 'coreutils', 'libc6', 'g++', 'base-files'].map(packageState));
    expectTheSame(['no-such-package', 'none-either'].map(packageState));
    expect(packageState('lib*').together, 'a pattern').to.equal(undefined);
    expect(packageState('libc6:amd64').together, 'of one architecture').to.equal(undefined);
  });
});
