import { existsSync } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hostPaths } from './paths.ts';
import { emptyStorage } from './storage.ts';
import type { LabHost, LabOptions } from './types.ts';

/** The Kubernetes that is installed on a host's disk, by what its kubelet is a link to; `unknown` for a plain file. */
export async function installedVersion(
  places: Pick<LabOptions, 'cache' | 'state'>,
  name: string,
): Promise<string | undefined> {
  const kubelet = join(hostPaths(places, name).upper, 'usr/bin/kubelet');
  const found = await lstat(kubelet).catch(() => undefined);
  if (!found || found.isCharacterDevice()) return undefined; // overlayfs represents a deletion as character device 0:0
  if (!found.isSymbolicLink()) return 'unknown';
  return /\/kubernetes\/([^/]+)\//.exec(await readlink(kubelet))?.[1] ?? 'unknown';
}

/** Hosts that are off and have another Kubernetes than the inventory names begin bare: no run goes on from there. */
export async function discardOtherVersions(options: LabOptions, hosts: readonly LabHost[]): Promise<void> {
  if (options.kubernetes.length === 0) return;
  for (const { name } of hosts) {
    const installed = existsSync(hostPaths(options, name).upper) ? await installedVersion(options, name) : undefined;
    if (installed === undefined || options.kubernetes.includes(installed)) continue;
    const what = installed === 'unknown' ? 'another version of Kubernetes' : `Kubernetes ${installed}`;
    options.log(`${name} begins bare: its disk has ${what}, the inventory names ${options.kubernetes.join(', ')}`);
    await emptyStorage(options, name);
  }
}
