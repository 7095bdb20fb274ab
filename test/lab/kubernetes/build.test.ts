import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { cached } from '../../../engine/lab/kubernetes/cached.ts';
import { componentsOf } from '../../../engine/lab/kubernetes/components.ts';
import { controlText } from '../../../engine/lab/kubernetes/deb.ts';
import { goSources } from '../../../engine/lab/kubernetes/folders.ts';
import { imagesOf } from '../../../engine/lab/kubernetes/images.ts';
import { containerdPackage, kubernetesPackages } from '../../../engine/lab/kubernetes/packages.ts';
import { elapsed, paced, secondsLeft, startProgress } from '../../../engine/lab/kubernetes/progress.ts';
import { collectorSettings, roomProblems } from '../../../engine/lab/kubernetes/room.ts';
import { fits } from '../../../engine/lab/kubernetes/toolchain.ts';
import { DEFAULT_VERSION, RELEASES, releaseOf } from '../../../engine/lab/kubernetes/versions.ts';
import { zoneFile } from '../../../engine/lab/nameserver.ts';

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

describe('the progress of a build', () => {
  const portions = [
    { name: 'a', all: 100, missing: 50, seconds: 600 },
    { name: 'b', all: 10, missing: 10, seconds: 60 },
  ];

  it('guesses the time that is left from what is missing and how long all of it took', () => {
    expect(secondsLeft(portions, new Map(), {})).to.equal(360);
    expect(secondsLeft(portions, new Map([['a', 25]]), {})).to.equal(210);
    expect(secondsLeft(portions, new Map(), { a: 300 })).to.equal(210);
    expect(secondsLeft(portions, new Map([['a', 80]]), {}), 'more than was counted').to.equal(60);
  });

  it('goes by the pace of this run, once there is one', () => {
    expect(paced(100, 10, 60)).to.equal(100);
    expect(paced(100, 30, 60)).to.equal(200);
    expect(paced(100, 60, 30)).to.equal(50);
  });

  it('tells packages, and remembers the time of what was compiled as a whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tsplay-progress-'));
    const lines: string[] = [];
    const times = join(folder, 'times.json');
    const progress = await startProgress('Kubernetes', portions, times, (line) => lines.push(line));
    progress.compiled('b');
    await progress.finished('b', 30_000);
    await progress.finished('a', 30_000);
    progress.end();
    expect(lines).to.deep.equal(['Kubernetes: 50 of 110 packages compiled, about 6 min left']);
    expect(JSON.parse(await readFile(times, 'utf8'))).to.deep.equal({ a: 60, b: 30 });
    await rm(folder, { recursive: true });
  });

  it('gives times as people do', () =>
    expect([400, 59_000, 302_000].map(elapsed)).to.deep.equal(['0 s', '59 s', '5 min 02 s']));
});

describe('the room for a build', () => {
  const GIB = 2 ** 30;
  for (const [disk, memory, already, problems] of [
    [20, 16, 0, []],
    [2, 16, 0, [/8\.0 GiB in \/cache, which has 2\.0 GiB free/]],
    [2, 16, 7, []],
    [0.5, 16, 9, [/1\.0 GiB in \/cache/]],
    [20, 1, 0, [/memory, and 1\.0 GiB are free/]],
    [1, 1, 0, [/GiB in/, /of memory/]],
  ] as const)
    it(`of ${disk} GiB, with ${memory} GiB of memory and ${already} GiB cached, has ${problems.length} problems`, () => {
      const found = roomProblems({ disk: disk * GIB, memory: memory * GIB, cached: already * GIB }, '/cache');
      expect(found).to.have.length(problems.length);
      for (const [index, pattern] of problems.entries()) expect(found[index]).to.match(pattern);
    });

  it('bounds each compiler by its share of the memory', () =>
    expect(Number(collectorSettings(8 * GIB)['GOMEMLIMIT'])).to.be.at.most(4 * GIB));
});

describe('the Go of a build', () => {
  for (const [version, fit] of [
    ['1.19.8', false],
    ['1.24', false],
    ['1.26', false],
    ['1.26.7', false],
    ['1.26.8', true],
    ['1.26.12', true],
    ['1.27.0', false],
    ['0', false],
  ] as const)
    it(`${fit ? 'is' : 'is not'} this machine's ${version}`, () => expect(fits(version)).to.equal(fit));
});

describe('the releases of Kubernetes', () => {
  it('have the one that the roles and the inventory of the lab ship', async () => {
    const root = join(import.meta.dirname, '../../..');
    for (const file of ['playbooks/roles/settings/defaults/main.yml', 'inventory/lab.yml'])
      expect(await readFile(join(root, file), 'utf8')).to.contain(`kubernetes_version: ${DEFAULT_VERSION}\n`);
    expect(releaseOf(DEFAULT_VERSION).kubernetes).to.equal(DEFAULT_VERSION);
  });

  it('are refused by name where there is no row', () =>
    expect(() => releaseOf('1.36.9')).to.throw(
      /cannot make Kubernetes 1\.36\.9: it makes 1\.35\.4, 1\.36\.3, 1\.37\.2/,
    ));

  for (const release of RELEASES) {
    for (const { name, version, folder, main, programs } of componentsOf(release))
      it(`${release.kubernetes} has ${name} ${version} pinned by a go.mod and a go.sum`, async () => {
        const text = await readFile(join(goSources(), folder, 'go.mod'), 'utf8');
        if (main) await readFile(join(goSources(), main));
        if (name === 'pause') return; // the standard library alone
        const sum = await readFile(join(goSources(), folder, 'go.sum'), 'utf8');
        const module = name === 'flannel' ? 'k8s.io/client-go' : '';
        expect(`${text}\n${sum}`).to.contain(module || ` v${version}`);
        for (const path of Object.values(programs))
          if (!path.startsWith('.'))
            expect(text, 'a tool of the go.mod').to.match(new RegExp(`^(tool )?\\s*${path}$`, 'm'));
      });

    it(`${release.kubernetes} has an image of every part, and no name twice`, () => {
      const names = imagesOf(release).map(({ name, tag }) => `${name}:${tag}`);
      expect(names).to.include.members([`kube-proxy:v${release.kubernetes}`, `etcd:${release.etcd}-0`]);
      expect(new Set(names).size).to.equal(names.length);
    });
  }
});

describe("the lab's Debian packages", () => {
  const place = (component: string, program: string) => `/${component}/${program}`;
  const packages = RELEASES.map((release) => kubernetesPackages(release, place));

  it("depend on each other as the community's do", () => {
    const kubeadm = packages[1]?.find(({ name }) => name === 'kubeadm');
    expect(controlText(kubeadm!, 'amd64', 2048).split('\n')).to.include.members([
      'Package: kubeadm',
      'Version: 1.36.3-1.1',
      'Architecture: amd64',
      'Installed-Size: 2',
      'Depends: kubernetes-programs-1.36.3, cri-tools (>= 1.30.0)',
    ]);
  });

  it('share no file between versions but the commands: kubeadm is upgraded before the kubelet', () => {
    const paths = packages.map(
      (debs) =>
        new Set(
          debs.find(({ name }) => name.startsWith('kubernetes-programs'))?.entries && Object.keys(debs[0]!.entries),
        ),
    );
    expect(new Set(paths.flatMap((one) => [...one])).size).to.equal(RELEASES.length);
  });

  it('leave a changed configuration of containerd alone', () => {
    const deb = containerdPackage(place);
    for (const path of deb.conffiles ?? []) expect(deb.entries).to.have.property(path);
    expect(controlText(deb, 'amd64', 0)).to.contain('Conflicts: containerd\nReplaces: containerd\n');
  });
});

describe("the lab's nameserver", () => {
  it('knows each host by its name, in a zone that no other name is in', () =>
    expect(zoneFile([{ name: 'a', address: '10.20.1.2' }], 7)).to.equal(
      '. 5 IN SOA ns.invalid. root.invalid. 7 60 60 60 5\n. 5 IN NS ns.invalid.\na. 5 IN A 10.20.1.2\n',
    ));
});
