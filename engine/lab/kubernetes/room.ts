import { mkdir, readFile, statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { LabError } from '../run.ts';
import { buildFolders } from './folders.ts';
import type { Run } from './run.ts';

const GIB = 2 ** 30;
/** What a build needs with empty caches (measured), and the least memory that the linker gets by with. */
const DISK = 8 * GIB;
const MEMORY = 3 * GIB;

export interface Room {
  readonly disk: number;
  readonly memory: number;
  /** What the build's caches hold already. */
  readonly cached: number;
}

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

export function roomProblems({ disk, memory, cached }: Room, folder: string): string[] {
  const needed = Math.max(GIB, DISK - cached);
  return [
    ...(disk < needed ? [`it needs ${gib(needed)} in ${folder}, which has ${gib(disk)} free`] : []),
    ...(memory < MEMORY ? [`it needs ${gib(MEMORY)} of memory, and ${gib(memory)} are free`] : []),
  ];
}

/** Refuses a build that this machine has no room for, before it begins. */
export async function checkRoom(run: Run, cache: string): Promise<void> {
  const { go, kubernetes } = buildFolders(cache);
  await Promise.all([go, kubernetes].map((folder) => mkdir(folder, { recursive: true })));
  const { bavail, bsize } = await statfs(kubernetes);
  const cached = Number((await run(['du', '--summarize', '--block-size=1', go])).split('\t')[0]);
  const problems = roomProblems({ disk: bavail * bsize, memory: await availableMemory(), cached }, cache);
  if (problems.length === 0) return;
  throw new LabError(
    `this machine has too little room to build Kubernetes: ${problems.join('; ')}\nnext: make room (XDG_CACHE_HOME names another folder), then run this again`,
  );
}

export async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8');
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/** With much memory the compiler's garbage collector is left to rest: a seventh less work. */
export function collectorSettings(memory: number): Record<string, string> {
  const share = Math.floor(memory / (cpus().length + 1));
  return { GOGC: '800', GOMEMLIMIT: String(share) };
}
