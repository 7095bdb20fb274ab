import { rm } from 'node:fs/promises';
import { endHost, inside, startHost, stopHost } from './host.ts';
import { withLock } from './lock.ts';
import { hostPaths } from './paths.ts';
import { readHost, readJson } from './record.ts';
import { LabError, type Ran, run } from './run.ts';
import type { LabOptions } from './types.ts';

/** Runs a command in a host as root, without ssh: for what tests claim about the host. Any exit code is an answer. */
export async function hostExec(
  options: Pick<LabOptions, 'cache' | 'state'>,
  name: string,
  argv: readonly string[],
  input?: string,
): Promise<Ran> {
  const command = await inside(await readHost(options, name), argv);
  return run(`run a command in ${name}`, command, { accept: 'all', ...(input !== undefined && { input }) });
}

/** Pulls the plug: every process of the host ends at once, its disk stays. The lab calls it failed until it is started. */
export async function hostKill(options: Pick<LabOptions, 'cache' | 'state'>, name: string): Promise<void> {
  await endHost(options, name);
}

/** Starts a host again on the disk that it had. */
export async function hostStart(options: LabOptions, name: string): Promise<void> {
  const host = options.hosts.find((one) => one.name === name);
  const layers = await readJson<string[]>(hostPaths(options, name).layers);
  if (!host || !layers) throw new LabError(`${name} has never been up\nnext: tsplay lab up`);
  await withLock(options, () => startHost(options, host, layers.slice(1)));
}

/** Powers a host off in order. The others go on. */
export async function hostStop(options: LabOptions, name: string): Promise<void> {
  await withLock(options, () => stopHost(options, name));
}

/** Takes hosts away for good, with all that they have written. The others go on. */
export async function labRemove(options: LabOptions, names: readonly string[]): Promise<void> {
  await withLock(options, async () => {
    await Promise.all(names.map((name) => stopHost(options, name, 0)));
    for (const name of names) await rm(hostPaths(options, name).base, { recursive: true, force: true });
  });
}
