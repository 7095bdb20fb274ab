import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { cached } from '../../../engine/lab/kubernetes/cached.ts';
import { controlText } from '../../../engine/lab/kubernetes/deb.ts';
import { toSourceLines } from '../../../engine/lab/kubernetes/debian.ts';
import { debPackages } from '../../../engine/lab/kubernetes/packages.ts';
import { linkerFlags } from '../../../engine/lab/kubernetes/recipe.ts';
import { elapsed, runSteps } from '../../../engine/lab/kubernetes/steps.ts';

const log = () => {};

describe('a cached folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsplay-cached-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made once, also when two ask at once', async () => {
    let made = 0;
    const make = async (partial: string) => {
      made += 1;
      await writeFile(join(partial, 'file'), 'content');
    };
    const paths = await Promise.all([1, 2].map(() => cached(join(folder, 'a'), { log }, make)));
    expect(made).to.equal(1);
    expect(paths.map((path) => existsSync(join(path, 'file')))).to.deep.equal([true, true]);
  });

  it('says that it waits for another run', async () => {
    const lines: string[] = [];
    const events = new EventEmitter();
    const begun = once(events, 'begun');
    const first = cached(join(folder, 'a'), { log }, async () => {
      events.emit('begun');
      while (lines.length === 0) await sleep(2);
    });
    await begun;
    await cached(join(folder, 'a'), { log: (line) => lines.push(line) }, () => Promise.reject(new Error('made twice')));
    await first;
    expect(lines).to.deep.equal([`another run is making ${join(folder, 'a')}: waiting for it`]);
  });

  it('is not there after a failure, and starts from nothing the next time', async () => {
    const target = join(folder, 'a');
    await mkdir(`${target}.partial/left-by-a-killed-run`, { recursive: true });
    const failure = await cached(target, { log }, async (partial) => {
      expect(existsSync(join(partial, 'left-by-a-killed-run'))).to.equal(false);
      throw new Error('no room');
    }).catch((error: Error) => error.message);
    expect(failure).to.equal('no room');
    expect([existsSync(target), existsSync(`${target}.partial`)]).to.deep.equal([false, false]);
  });
});

describe('the steps of a build', () => {
  it('are told with their number and the time', async () => {
    const lines: string[] = [];
    const step = { title: 'compile it', run: () => Promise.resolve() };
    await runSteps('thing', [step, step], (line) => lines.push(line));
    expect(lines).to.deep.equal([
      'thing: step 1 of 2, 0s: compile it',
      'thing: step 2 of 2, 0s: compile it',
      'thing: done in 0s',
    ]);
  });

  it('say which one failed', async () => {
    const step = { title: 'compile it', run: () => Promise.reject(new Error('no compiler')) };
    const failure = await runSteps('thing', [step], log).catch((error: Error) => error.message);
    expect(failure).to.equal('thing: cannot compile it: no compiler');
  });

  it('give times as people do', () =>
    expect([400, 59_000, 302_000].map(elapsed)).to.deep.equal(['0s', '59s', '5m02s']));
});

describe("the lab's Debian packages", () => {
  it('come from the archives that apt itself uses, for the suite we build on', () => {
    const targets = [
      'http://mirror.test/debian/|bookworm|main',
      'http://mirror.test/security/|bookworm-security|main',
      'http://mirror.test/debian/|bookworm|contrib',
      'http://mirror.test/debian/|trixie|main',
      'http://other.test/|stable|main',
      '',
    ];
    expect(toSourceLines(targets.join('\n'))).to.deep.equal([
      'deb http://mirror.test/debian/ bookworm main',
      'deb-src http://mirror.test/debian/ bookworm main',
      'deb http://mirror.test/security/ bookworm-security main',
      'deb-src http://mirror.test/security/ bookworm-security main',
    ]);
    expect(() => toSourceLines('http://other.test/|stable|main')).to.throw('apt knows no Debian archive');
  });

  it("depend on each other as the community's do", () => {
    const [kubeadm] = debPackages('/binaries');
    if (!kubeadm) throw new Error('no package');
    expect(controlText(kubeadm, 'amd64', 2048).split('\n')).to.include.members([
      'Package: kubeadm',
      'Version: 1.20.2-1.1',
      'Architecture: amd64',
      'Installed-Size: 2',
      'Depends: kubelet (>= 1.19.0), kubectl (>= 1.19.0), kubernetes-cni (>= 1.1.1), cri-tools (>= 1.19.0)',
    ]);
  });

  it('hold binaries that say their version', () => {
    for (const key of ['component-base/version.gitVersion', 'client-go/pkg/version.gitVersion'])
      expect(linkerFlags).to.include(`-X k8s.io/kubernetes/vendor/k8s.io/${key}=v1.20.2`);
  });
});
