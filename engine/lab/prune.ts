import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Removes what a cache folder holds of older recipes, but for what running hosts stand on. */
export async function pruneSiblings(kept: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  for (const name of await readdir(dirname(kept))) {
    const folder = join(dirname(kept), name);
    if (name !== basename(kept) && !mounts.includes(folder)) await rm(folder, { recursive: true, force: true });
  }
}
