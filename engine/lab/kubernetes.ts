import { existsSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { labPaths } from './paths.ts';
import { publishKubernetes } from './repository.ts';
import { LabError } from './run.ts';
import { step } from './step.ts';
import type { LabOptions } from './types.ts';

/** Builds Kubernetes, unless it is in the cache, and serves its packages and images to the hosts. */
export async function provideKubernetes(options: LabOptions): Promise<void> {
  const { registry } = labPaths(options);
  const { buildKubernetes } = await builder();
  const { debs, images } = await step(options, 'Kubernetes', () => buildKubernetes(options));
  await publishKubernetes(options, debs);
  await rm(registry, { force: true });
  await symlink(images, registry);
}

/**
 * The builder reads its own sources (they are the recipe), so it is never bundled: even the bundled command runs it from
 * its checkout.
 */
async function builder(): Promise<typeof import('./kubernetes/build.ts')> {
  const places = ['./kubernetes/build.ts', '../engine/lab/kubernetes/build.ts'].map((p) => new URL(p, import.meta.url));
  const source = places.find((place) => existsSync(place));
  if (!source)
    throw new LabError("Kubernetes is built from the project's sources\nnext: run this in a checkout of tsplay");
  // Not tsx's ESM loader: the bundled command is CommonJS.
  const { require: load } = await import('tsx/cjs/api');
  return load(fileURLToPath(source), import.meta.url) as typeof import('./kubernetes/build.ts');
}
