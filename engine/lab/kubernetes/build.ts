import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CacheOptions, cached } from './cached.ts';
import { compile } from './compile.ts';
import { buildDeb } from './deb.ts';
import { digestOf } from './digest.ts';
import { images } from './images.ts';
import { debPackages } from './packages.ts';
import { epoch, version } from './recipe.ts';
import { addImage } from './registry.ts';
import { makeRootfs } from './rootfs.ts';
import { createRun } from './run.ts';
import { runSteps, type Step } from './steps.ts';
import { verifyTree } from './verify.ts';

export interface BuildOptions {
  /** An absolute path; everything goes below `kubernetes` in it. */
  readonly cache: string;
  /** Takes the progress, a line at a time. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Build {
  /** The folder of the .deb files. */
  readonly debs: string;
  /** The folder of a registry's files: a static HTTP server over it is one. */
  readonly images: string;
  readonly version: string;
}

/** A real Kubernetes for the lab's hosts: packages and images, compiled from Debian's sources once and kept in the cache. */
export async function buildKubernetes(options: BuildOptions): Promise<Build> {
  const folder = join(options.cache, 'kubernetes');
  const name = await recipeDigest();
  const result = { debs: join(folder, name, 'debs'), images: join(folder, name, 'images'), version };
  if (existsSync(join(folder, name))) return result;
  const binaries = await compile(folder, options);
  await cached(join(folder, name), options, async (partial) => {
    const steps = await assembleSteps(partial, binaries, join(folder, `${name}.log`), options);
    await runSteps('kubernetes packages and images', steps, options.log, options.signal);
  });
  return result;
}

/** Another recipe is another folder: the digest is over the text of every file that has a say in the result. */
async function recipeDigest(): Promise<string> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const names = (await readdir(here, { recursive: true })).filter((name) => /(?<!\.test)\.ts$|\.go$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(here, name), 'utf8')));
  return digestOf(names.map((name, index) => `${name}\n${texts[index]}`).join('\n')).hex.slice(0, 12);
}

async function assembleSteps(
  partial: string,
  binaries: string,
  logFile: string,
  { signal }: CacheOptions,
): Promise<Step[]> {
  const run = createRun(logFile, signal);
  const architecture = (await run(['dpkg', '--print-architecture'])).trim();
  const debs = join(partial, 'debs');
  const tree = join(partial, 'images');
  await mkdir(debs);
  return [
    ...debPackages(binaries).map((deb) => ({
      title: `package ${deb.name} ${deb.version}`,
      run: () => buildDeb(run, deb, architecture, debs),
    })),
    ...images.map((image) => ({
      title: `make the image ${image.name}:${image.tag}`,
      run: async () => {
        const root = join(partial, `rootfs-${basename(image.name)}`);
        await makeRootfs(run, root, binaries, image);
        await addImage(tree, root, { ...image, architecture, epoch });
        await rm(root, { recursive: true });
      },
    })),
    { title: "check the images' digests", run: () => verifyTree(tree) },
  ];
}
