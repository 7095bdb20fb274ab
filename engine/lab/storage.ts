import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hostPaths } from './paths.ts';
import { readJson, writeJson } from './record.ts';
import { run } from './run.ts';
import type { LabOptions } from './types.ts';

type Places = Pick<LabOptions, 'cache' | 'state'>;

/** Folders that cannot be on an overlay (containerd mounts its own overlays there): ordinary folders of this machine. */
export const BOUND = ['containerd', 'kubelet', 'etcd'] as const;

/** In mount options, "," separates options and ":" separates layers. */
export const escapeLayer = (path: string): string => path.replace(/[\\:,]/g, (sign) => `\\${sign}`);

/** `lowers`: the topmost layer first. Data that was written on top of different layers is discarded. */
export async function mountRoot(places: Places, name: string, lowers: readonly string[]): Promise<void> {
  const { upper, work, root, bound, layers: layersFile } = hostPaths(places, name);
  if (await isMounted(root)) return;
  if (JSON.stringify(await readJson(layersFile)) !== JSON.stringify(lowers)) await emptyStorage(places, name);
  await writeJson(layersFile, lowers);
  for (const folder of [upper, work, root]) await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const folder of BOUND) await mkdir(join(bound, folder), { recursive: true, mode: 0o711 });
  const layers = `lowerdir=${lowers.map(escapeLayer).join(':')},upperdir=${escapeLayer(upper)},workdir=${escapeLayer(work)}`;
  const hint = 'this needs root and overlayfs in the kernel, and a state folder that is not on an overlay itself';
  await run(`mount the root of ${name}`, ['mount', '-t', 'overlay', `tsplay-${name}`, '-o', layers, root], { hint });
}

export async function unmountRoot(places: Places, name: string): Promise<void> {
  const { root } = hostPaths(places, name);
  while (await isMounted(root)) await run(`unmount the root of ${name}`, ['umount', '--lazy', root]);
}

/** Discards everything that was written in the host. */
export async function emptyStorage(places: Places, name: string): Promise<void> {
  const { upper, work, bound } = hostPaths(places, name);
  for (const folder of [upper, work, bound]) await rm(folder, { recursive: true, force: true });
}

/** Removes what a cache folder holds of older recipes, except what running hosts use. */
export async function pruneSiblings(kept: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  for (const name of await readdir(dirname(kept))) {
    const folder = join(dirname(kept), name);
    if (name !== basename(kept) && !mounts.includes(folder)) await rm(folder, { recursive: true, force: true });
  }
}

/** In /proc/self/mounts a space is written as \\040, and so on. */
export const mountPoints = (mounts: string): string[] =>
  mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .map((path) => path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));

async function isMounted(path: string): Promise<boolean> {
  return existsSync(path) && mountPoints(await readFile('/proc/self/mounts', 'utf8')).includes(path);
}
