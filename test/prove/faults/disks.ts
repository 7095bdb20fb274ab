import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { labRemove } from '../../../engine/lab/control.ts';
import { hostPaths } from '../../../engine/lab/paths.ts';
import { mountPoints } from '../../../engine/lab/storage.ts';
import type { LabOptions } from '../../../engine/lab/types.ts';

const mounted = (path: string): boolean => mountPoints(readFileSync('/proc/self/mounts', 'utf8')).includes(path);

/** Gives each host a disk of its own, in memory, so that it can become full. The hosts are removed before and afterwards. */
export async function withOwnDisks<T>(options: LabOptions, megabytes: number, work: () => Promise<T>): Promise<T> {
  const names = options.hosts.map(({ name }) => name);
  const disks = names.map((name) => hostPaths(options, name).base);
  const removed = async (): Promise<void> => {
    // A folder on which something is mounted cannot be removed; what is in it can.
    await labRemove(options, names).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EBUSY') throw error;
    });
    for (const disk of disks) if (mounted(disk)) execFileSync('umount', [disk]);
    await labRemove(options, names);
  };
  await removed();
  for (const disk of disks) {
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tsplay-faults', disk]);
  }
  try {
    return await work();
  } finally {
    await removed();
  }
}
