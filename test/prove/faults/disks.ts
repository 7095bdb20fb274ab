import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { labRemove } from '../../../engine/lab/control.ts';
import { labUp } from '../../../engine/lab/lab.ts';
import { hostPaths } from '../../../engine/lab/paths.ts';
import { mountPoints } from '../../../engine/lab/storage.ts';
import type { LabOptions } from '../../../engine/lab/types.ts';

const mounted = (path: string): boolean => mountPoints(readFileSync('/proc/self/mounts', 'utf8')).includes(path);

/** Fresh hosts, each with a disk of its own, in memory, that can become full. */
export async function freshHosts(options: LabOptions, megabytes: number): Promise<void> {
  await removeHosts(options);
  for (const { name } of options.hosts) {
    const disk = hostPaths(options, name).base;
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tsplay-faults', disk]);
  }
  await labUp(options);
}

export async function removeHosts(options: LabOptions): Promise<void> {
  const names = options.hosts.map(({ name }) => name);
  // A folder on which something is mounted cannot be removed; what is in it can.
  await labRemove(options, names).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EBUSY') throw error;
  });
  for (const name of names) {
    const disk = hostPaths(options, name).base;
    if (mounted(disk)) execFileSync('umount', ['--lazy', disk]);
  }
  await labRemove(options, names);
}
