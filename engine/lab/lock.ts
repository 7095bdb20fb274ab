import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { labPaths } from './paths.ts';
import { isAlive, type ProcessRecord, recordOf } from './process.ts';
import { readJson } from './record.ts';
import { codeOf } from './run.ts';
import type { LabOptions } from './types.ts';

/** One command at a time changes the lab; the next waits. A lock whose holder has died counts for nothing. */
export async function withLock<T>(
  options: Pick<LabOptions, 'cache' | 'state' | 'log' | 'signal'>,
  work: () => Promise<T>,
): Promise<T> {
  const { lock } = labPaths(options);
  await mkdir(options.state, { recursive: true, mode: 0o755 });
  for (let told = false; !(await take(lock)); ) {
    const holder = await readJson<ProcessRecord>(lock);
    if (holder && !isAlive(holder)) await rm(lock, { force: true });
    else if (!told) {
      options.log(`waiting for another lab command (process ${holder?.pid ?? 'unknown'}) …`);
      told = true;
    }
    await sleep(100, undefined, options.signal ? { signal: options.signal } : {});
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, JSON.stringify(recordOf(process.pid)), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
