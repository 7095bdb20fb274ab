import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeGroups, removeGroups } from '../../engine/lab/cgroup.ts';
import { inGroups } from '../../engine/lab/process.ts';

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command cost the controller, including its children, even those that outlive it (OpenSSH's masters). */
export interface Measured {
  readonly seconds: number;
  /** User and system time together. */
  readonly cpuSeconds: number;
  /** The peak memory of all its processes; shared memory is counted once. */
  readonly megabytes: number;
}

export interface Ran extends Measured {
  readonly code: number;
  readonly output: string;
}

const group = `bench-${process.pid}`;

/** Runs a command in its own control group until it exits or is aborted, and then empties the group. */
export async function measure({ argv, env = {} }: Command, signal?: AbortSignal): Promise<Ran> {
  const groups = await makeGroups(group);
  try {
    const before = cpuSeconds(groups);
    const start = performance.now();
    const [file = '', ...args] = inGroups(groups, argv);
    const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk));
    let megabytes = 0;
    let timer: NodeJS.Timeout;
    const watch = (): void => {
      const since = performance.now();
      megabytes = Math.max(megabytes, heldMegabytes(groups[0]!));
      // Reading many processes takes long: limit it to a tenth of one CPU.
      timer = setTimeout(watch, Math.max(100, 10 * (performance.now() - since)));
    };
    watch();
    const end = (): boolean => child.kill();
    signal?.addEventListener('abort', end);
    // Not `close`: a master of OpenSSH keeps the pipes open.
    const code = await new Promise<number>((resolve, reject) =>
      child.on('error', reject).on('exit', (c) => resolve(c ?? -1)),
    ).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    });
    const seconds = (performance.now() - start) / 1000;
    return {
      code,
      seconds,
      cpuSeconds: cpuSeconds(groups) - before,
      megabytes,
      output: Buffer.concat(printed).toString(),
    };
  } finally {
    await removeGroups(group);
  }
}

/** The kernel's CPU accounting for a control group: in nanoseconds with v1, in microseconds with v2. */
function cpuSeconds(groups: readonly string[]): number {
  for (const path of groups) {
    const usage = join(path, 'cpuacct.usage');
    if (existsSync(usage)) return Number(readFileSync(usage, 'utf8')) / 1e9;
  }
  for (const path of groups) {
    const found = /^usage_usec (\d+)/m.exec(read(join(path, 'cpu.stat')));
    if (found) return Number(found[1]) / 1e6;
  }
  return 0;
}

/** The private memory of all processes, plus the largest shared memory of any of them. */
function heldMegabytes(path: string): number {
  let [own, shared] = [0, 0];
  for (const pid of read(join(path, 'cgroup.procs')).split('\n').filter(Boolean)) {
    const held = read(`/proc/${pid}/smaps_rollup`);
    const sum = (kind: string): number =>
      [...held.matchAll(new RegExp(`^${kind}_\\w+:\\s+(\\d+) kB`, 'gm'))].reduce((n, [, size]) => n + Number(size), 0);
    own += sum('Private');
    shared = Math.max(shared, sum('Shared'));
  }
  return (own + shared) / 1024;
}

/** Empty if the file, or the process behind it, is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The medians of several rounds, each figure separately. */
export function medians(rounds: readonly Measured[]): Measured {
  return {
    seconds: median(rounds.map((r) => r.seconds)),
    cpuSeconds: median(rounds.map((r) => r.cpuSeconds)),
    megabytes: median(rounds.map((r) => r.megabytes)),
  };
}
