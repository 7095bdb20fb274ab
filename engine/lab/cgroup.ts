import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from './run.ts';

const OURS = 'tsplay';

/** Where control group hierarchies are mounted: one with cgroup v2, about ten with v1. */
export function parseHierarchies(mounts: string): { path: string; version: 1 | 2 }[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, path, type]) => (type === 'cgroup' || type === 'cgroup2') && path?.startsWith('/sys/fs/cgroup'))
    .map(([, path = '', type]) => ({ path, version: type === 'cgroup2' ? 2 : 1 }));
}

const hierarchies = async () => parseHierarchies(await readFile('/proc/self/mounts', 'utf8'));

/** Creates a group in every hierarchy and returns their folders. */
export async function makeGroups(name: string): Promise<string[]> {
  const made: string[] = [];
  for (const { path, version } of await hierarchies()) {
    for (const group of [join(path, OURS), join(path, OURS, name)]) {
      await mkdir(group, { recursive: true });
      if (version === 1) await inheritCpus(group);
    }
    if (version === 2) await delegate([path, join(path, OURS)]);
    made.push(join(path, OURS, name));
  }
  if (made.length === 0) throw new LabError('no control group hierarchy is mounted below /sys/fs/cgroup');
  return made;
}

/** A new v1 cpuset has no CPUs, and no process can join it. */
async function inheritCpus(group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(group, file);
    if (existsSync(own) && (await readFile(own, 'utf8')).trim() === '')
      await writeFile(own, await readFile(join(dirname(group), file)));
  }
}

/** Enables every controller for child groups. The hosts do without those that cannot be enabled. */
async function delegate(groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    const controllers = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim().split(/\s+/).filter(Boolean);
    for (const controller of controllers)
      await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`).catch(() => {});
  }
}

/** Kills every process in the lab's groups (or in one host's) and removes the groups. Only the lab's processes are in them. */
export async function removeGroups(name = ''): Promise<void> {
  for (const { path } of await hierarchies()) {
    const top = join(path, OURS, name);
    for (let round = 0; existsSync(top); round++) {
      if (round === 100) throw new LabError(`control group ${top} still has processes: see its cgroup.procs`);
      if (await clear(top)) break;
      await sleep(Math.min(20 * (round + 1), 200));
    }
  }
}

async function clear(group: string): Promise<boolean> {
  const inside = await readdir(group, { withFileTypes: true }).catch(() => []);
  const emptied = await Promise.all(inside.filter((e) => e.isDirectory()).map((e) => clear(join(group, e.name))));
  for (const pid of await pidsIn(group)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has already ended
    }
  }
  if (emptied.includes(false)) return false;
  return rmdir(group).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}

async function pidsIn(group: string): Promise<number[]> {
  const text = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}
