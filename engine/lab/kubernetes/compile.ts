import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheOptions, cached } from './cached.ts';
import { crictlSource, crictlText } from './crictl.ts';
import { makeRoot } from './debian.ts';
import { digestOf } from './digest.ts';
import {
  binaries,
  buildPackages,
  criToolsVersion,
  goEnvironment,
  linkerFlags,
  pauseFlags,
  suite,
  version,
} from './recipe.ts';
import { createRun } from './run.ts';
import { runSteps, type Step } from './steps.ts';

const versionArguments: Readonly<Record<string, string[]>> = { kubeadm: ['version'], kubectl: ['version', '--client'] };

const tree = '/build/go/src/k8s.io/kubernetes';

/** A folder with the binaries, compiled from Debian's source package in a root folder of their own. Some five minutes, once. */
export async function compile(folder: string, options: CacheOptions): Promise<string> {
  const ingredients = [
    version,
    suite,
    buildPackages,
    binaries,
    goEnvironment,
    linkerFlags,
    pauseFlags,
    await crictlText(),
  ];
  const name = `binaries-${digestOf(JSON.stringify(ingredients)).hex.slice(0, 12)}`;
  return cached(join(folder, name), options, async (partial) => {
    await runSteps(
      'kubernetes binaries',
      compileSteps(partial, join(folder, `${name}.log`), options.signal),
      options.log,
      options.signal,
    );
  });
}

function compileSteps(partial: string, logFile: string, signal: AbortSignal | undefined): Step[] {
  const run = createRun(logFile, signal);
  const root = join(partial, 'root');
  const inRoot = (folder: string, ...argv: string[]) => run(argv, { root, folder, environment: goEnvironment });
  const kubernetes = join(root, tree);
  return [
    {
      title: `make a Debian ${suite} with Go in it`,
      run: () => makeRoot(run, root, 'minbase', buildPackages),
    },
    {
      title: 'fetch the source package kubernetes',
      run: async () => {
        await mkdir(join(root, 'build/source'), { recursive: true });
        await inRoot('/build/source', 'apt-get', '-o', 'APT::Sandbox::User=root', 'source', 'kubernetes');
        const unpacked = (await readdir(join(root, 'build/source'), { withFileTypes: true })).find((entry) =>
          entry.isDirectory(),
        );
        if (!unpacked) throw new Error('apt-get source left no folder');
        await mkdir(join(kubernetes, '..'), { recursive: true });
        await rename(join(root, 'build/source', unpacked.name), kubernetes);
      },
    },
    {
      title: 'replace the library that newer Go refuses, add crictl',
      run: async () => {
        const reflect2 = 'github.com/modern-go/reflect2';
        await rm(join(kubernetes, 'vendor', reflect2), { recursive: true });
        await inRoot('/', 'cp', '-rL', `/usr/share/gocode/src/${reflect2}`, `${tree}/vendor/${reflect2}`);
        await cp(crictlSource, join(kubernetes, 'cmd/crictl'), { recursive: true });
      },
    },
    {
      title: "generate Kubernetes' generated code",
      run: async () => void (await inRoot(tree, 'make', 'generated_files')),
    },
    ...binaries.map((name) => ({
      title: `compile ${name}`,
      run: async () =>
        void (await inRoot(tree, 'go', 'build', '-ldflags', linkerFlags, '-o', `/build/out/${name}`, `./cmd/${name}`)),
    })),
    {
      title: 'compile pause',
      run: async () =>
        void (await inRoot(tree, 'gcc', ...pauseFlags, '-o', '/build/out/pause', 'build/pause/linux/pause.c')),
    },
    {
      title: 'see that they run',
      run: async () => {
        for (const name of binaries) {
          const said = await inRoot('/build/out', `./${name}`, ...(versionArguments[name] ?? ['--version']));
          const expected = `v${name === 'crictl' ? criToolsVersion : version}`;
          if (!said.includes(expected)) throw new Error(`${name} does not say ${expected} but: ${said.trim()}`);
        }
        await cp(join(root, 'build/out'), partial, { recursive: true });
        await rm(root, { recursive: true });
      },
    },
  ];
}
