import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { labPaths } from './paths.ts';
import { bootstrapArguments, IMAGE_COMMANDS, IMAGE_FILES, IMAGE_REMOVED, RELEASE, recipeDigest } from './recipe.ts';
import { run } from './run.ts';
import { aptOptions, debianSources } from './sources.ts';
import { step } from './step.ts';
import { pruneSiblings } from './storage.ts';
import type { LabOptions } from './types.ts';

export async function architecture(): Promise<string> {
  return (await run("ask for this machine's architecture", ['dpkg', '--print-architecture'])).stdout.trim();
}

/** The root file system that all hosts share, read-only, below their own layers. Built once per recipe. */
export async function ensureImage(options: LabOptions): Promise<string> {
  const cpu = await architecture();
  const image = join(labPaths(options).images, recipeDigest(cpu));
  if (existsSync(image)) return image;
  await step(options, `image of Debian ${RELEASE}`, () => build(image, cpu, options.signal));
  await pruneSiblings(image);
  return image;
}

async function build(image: string, cpu: string, signal: AbortSignal | undefined): Promise<void> {
  const partial = `${image}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(dirname(image), { recursive: true });
  try {
    const allowed = (await aptOptions()).map((line) => `--aptopt=${line}`);
    const argv = [...bootstrapArguments(cpu), ...allowed, RELEASE, partial, ...(await debianSources())];
    await run("make the hosts' image", argv, {
      signal,
      hint: 'check with `apt-get update` that the Debian mirror is reachable',
    });
    await finish(partial);
    await rename(partial, image);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function finish(root: string): Promise<void> {
  for (const path of IMAGE_REMOVED) await rm(join(root, path), { recursive: true, force: true });
  const lists = join(root, 'var/lib/apt/lists');
  for (const name of await readdir(lists)) await rm(join(lists, name), { recursive: true });
  for (const [path, { mode, content }] of Object.entries(IMAGE_FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await rm(join(root, path), { force: true });
    await writeFile(join(root, path), content);
    await chmod(join(root, path), mode);
  }
  for (const argv of IMAGE_COMMANDS) await run(`finish the hosts' image`, ['chroot', root, ...argv]);
}
