import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessRecord } from '../source/process.ts';
import { labNamespaces } from './network.ts';
import { labPaths } from './paths.ts';
import { recordOf } from './process.ts';
import { readJson, writeJson } from './record.ts';
import { codeOf, LabError } from './run.ts';
import type { LabOptions } from './types.ts';

/** Only one command at a time changes the lab; the next one waits. A lock whose holder has died is removed. */
export async function withLock<T>(
  options: Pick<LabOptions, 'cache' | 'state' | 'log' | 'signal'>,
  work: () => Promise<T>,
): Promise<T> {
  const { lock } = labPaths(options);
  await mkdir(options.state, { recursive: true, mode: 0o755 });
  for (let reported = false; !(await take(lock)); ) {
    const holder = await readJson<ProcessRecord>(lock);
    if (holder && !isAlive(holder)) await rm(lock, { force: true });
    else if (!reported) {
      options.log(`waiting for another lab command (process ${holder?.pid ?? 'unknown'}) …`);
      reported = true;
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

/** A machine has one lab at a time: its addresses, namespaces and control groups have fixed names. */
const OWNER = '/run/tsplay-lab.json';

/** Claims this machine for the lab in this state folder; throws while another lab is up. */
export async function claim({ state }: Pick<LabOptions, 'state'>): Promise<void> {
  const owner = await readJson<{ readonly state: string }>(OWNER);
  if (owner && owner.state !== state && (await labNamespaces()).length > 0)
    throw new LabError(
      `another lab is up on this machine, with its state in ${owner.state}\nnext: take it down first (the same command with its XDG_STATE_HOME)`,
    );
  await writeJson(OWNER, { state });
}

export const unclaim = (): Promise<void> => rm(OWNER, { force: true });
