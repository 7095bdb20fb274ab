import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isAlive, type ProcessRecord, parentOf, tryRecord } from '../source/process.ts';
import { codeOf, LabError } from './run.ts';

export function recordOf(pid: number): ProcessRecord {
  const record = tryRecord(pid);
  if (!record) throw new LabError(`process ${pid} exited immediately`);
  return record;
}

export function kill(record: ProcessRecord | undefined, signal: NodeJS.Signals | number = 'SIGKILL'): void {
  if (!isAlive(record)) return;
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Whether the process ends within this time. */
export async function ended(record: ProcessRecord | undefined, milliseconds: number): Promise<boolean> {
  const until = performance.now() + milliseconds;
  while (isAlive(record)) {
    if (performance.now() > until) return false;
    await sleep(20);
  }
  return true;
}

const ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 97; shift; done; shift; exec "$@"';

/** A command line that joins control groups before it starts the command, so that all children are in them. */
export const inGroups = (groups: readonly string[], argv: readonly string[]): string[] => [
  '/bin/sh',
  '-c',
  ENTER,
  'sh',
  ...groups.map((group) => `${group}/cgroup.procs`),
  '--',
  ...argv,
];

/** Starts a process that outlives this one, with its output in a log file. */
export function startDetached(
  argv: readonly string[],
  options: { readonly log: string; readonly groups: readonly string[]; readonly env?: NodeJS.ProcessEnv },
): ProcessRecord {
  const log = openSync(options.log, 'a', 0o600);
  try {
    const [file = '', ...args] = inGroups(options.groups, argv);
    const child = spawn(file, args, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      env: options.env ?? { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    child.on('error', () => {}); // seen from the missing pid
    if (!child.pid) throw new LabError(`could not start ${argv.join(' ')}`);
    child.unref();
    return recordOf(child.pid);
  } finally {
    closeSync(log);
  }
}

/** The command line of a program of the lab: its source in a checkout, or its bundle in an installed package. */
export function programArguments(source: string, bundle: string): string[] {
  const inCheckout = fileURLToPath(new URL(source, import.meta.url));
  // Not import.meta.resolve: tests that mocha loads with require have none.
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  if (existsSync(inCheckout)) return [process.execPath, '--import', loader(), inCheckout];
  const bundled = fileURLToPath(new URL(bundle, import.meta.url));
  if (existsSync(bundled)) return [process.execPath, bundled];
  throw new LabError(`a program of the lab is missing: ${bundled}\nnext: build tsplay again (npm run build)`);
}

export async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).map(Number).filter((n) => n > 0);
  return all.filter((n) => parentOf(n) === pid);
}

/** The pid of a process in its innermost namespace: 1 for a host's systemd. */
export async function innerPid(pid: number): Promise<number | undefined> {
  try {
    const line = /^NSpid:\s+(.*)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1]?.split(/\s+/).at(-1));
  } catch {
    return undefined;
  }
}
