import { existsSync } from 'node:fs';
import { lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Build, buildKubernetes, findBuild } from './kubernetes/build.ts';
import { releaseOf } from './kubernetes/versions.ts';
import { labPaths } from './paths.ts';
import { publishContainerd, publishFlannel, publishKubernetes } from './repository.ts';
import type { LabOptions } from './types.ts';

/** Refuses versions that the lab cannot make, before anything is done. */
export function checkVersions(options: Pick<LabOptions, 'kubernetes'>): void {
  for (const version of options.kubernetes) releaseOf(version);
}

/**
 * Serves the versions of Kubernetes that the inventory names to the hosts: packages, images, flannel's manifest. Builds
 * those that the cache does not have, unless `build` is false. Gives the program of the lab's nameserver.
 */
export async function provideKubernetes(options: LabOptions, build: boolean): Promise<string | undefined> {
  const builds: Build[] = [];
  for (const version of options.kubernetes) {
    const found = build ? await buildKubernetes(options, version) : await findBuild(options.cache, version);
    if (found) builds.push(found);
    else options.log(`Kubernetes ${version} is not built yet: tsplay lab up builds it`);
  }
  for (const one of builds) {
    await publishKubernetes(options, one.release.kubernetes, one.kubernetesDebs);
    await publishContainerd(options, one.containerdDebs);
    await publishFlannel(options, one.flannelManifest);
    await serveImages(options, one);
  }
  return builds.at(-1)?.coredns;
}

/** The registry has a tree of each version. */
async function serveImages(options: LabOptions, { release, images }: Build): Promise<void> {
  const { registry } = labPaths(options);
  if (existsSync(registry) && (await lstat(registry)).isSymbolicLink()) await rm(registry); // of an earlier release
  await mkdir(registry, { recursive: true, mode: 0o755 });
  const place = join(registry, release.kubernetes);
  await rm(place, { force: true });
  await symlink(images, place);
}
