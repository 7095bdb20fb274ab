import { rm } from 'node:fs/promises';
import { endHost, inside, startHost, stopHost } from './host.ts';
import { withLock } from './lock.ts';
import { hostPaths } from './paths.ts';
import { readHost, readJson } from './record.ts';
import { LabError, type Ran, run } from './run.ts';
import type { LabOptions } from './types.ts';

/** Runs a command in a host as root, without ssh, so that tests can inspect the host. Never rejects for an exit code. */
export async function hostExec(
  options: Pick<LabOptions, 'cache' | 'state'>,
  name: string,
  argv: readonly string[],
  input?: string,
): Promise<Ran> {
  const command = await inside(await readHost(options, name), argv);
  return run(`run a command in ${name}`, command, { accept: 'all', ...(input !== undefined && { input }) });
}

/** Pulls the plug: kills every process of the host and keeps its disk. Its status is `failed` until it is started. */
export async function hostKill(options: Pick<LabOptions, 'cache' | 'state'>, name: string): Promise<void> {
  await endHost(options, name);
}

/** Starts a host again on its existing disk. */
export async function hostStart(options: LabOptions, name: string): Promise<void> {
  const host = options.hosts.find((one) => one.name === name);
  const layers = await readJson<string[]>(hostPaths(options, name).layers);
  if (!host || !layers) throw new LabError(`${name} has never been up\nnext: tsplay lab up`);
  await withLock(options, () => startHost(options, host, layers.slice(1)));
}

/** Shuts a host down cleanly. The others keep running. */
export async function hostStop(options: LabOptions, name: string): Promise<void> {
  await withLock(options, () => stopHost(options, name));
}

/** Removes hosts and their disks. The others keep running. */
export async function labRemove(options: LabOptions, names: readonly string[]): Promise<void> {
  await withLock(options, async () => {
    await Promise.all(names.map((name) => stopHost(options, name, 0)));
    for (const name of names) await rm(hostPaths(options, name).base, { recursive: true, force: true });
  });
}
