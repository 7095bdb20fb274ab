import { readFileSync } from 'node:fs';

/** Identifies a process for certain: a pid alone may have been reused. Both texts are empty where there is no /proc. */
export interface ProcessRecord {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  readonly start: string;
  readonly boot: string;
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly start: string;
}

/** The command's name is in parentheses, and may itself contain spaces and parentheses. */
export function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '?', parent: Number(fields[1]), start: fields[19] ?? '' };
}

/** Undefined: there is no such process. */
export function tryRecord(pid: number): ProcessRecord | undefined {
  const boot = bootId();
  if (boot === '') return exists(pid) ? { pid, start: '', boot } : undefined;
  const found = stat(pid);
  return found && { pid, start: found.start, boot };
}

export function isAlive(record: ProcessRecord | undefined): record is ProcessRecord {
  if (!record || record.boot !== bootId()) return false;
  if (record.boot === '') return exists(record.pid);
  const found = stat(record.pid);
  return found !== undefined && found.start === record.start && !'ZX'.includes(found.state);
}

export function parentOf(pid: number): number | undefined {
  return stat(pid)?.parent;
}

function stat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
