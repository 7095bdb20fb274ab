import { stopHost } from './host.ts';
import { withLock } from './lock.ts';
import { LabError } from './run.ts';
import { step } from './step.ts';
import { emptyStorage } from './storage.ts';
import type { LabOptions } from './types.ts';
import { prepare, startAll } from './up.ts';

/** Throws away all that hosts have written and boots them fresh. Their host keys stay. */
export async function labReset(options: LabOptions, names?: readonly string[]): Promise<void> {
  const hosts = options.hosts.filter(({ name }) => !names || names.includes(name));
  const unknown = names?.filter((name) => !options.hosts.some((host) => host.name === name)) ?? [];
  if (unknown.length > 0) throw new LabError(`no such host in the inventory: ${unknown.join(', ')}`);
  const list = hosts.map(({ name }) => name).join(', ');
  await withLock(options, async () => {
    const layers = await prepare(options);
    await step(options, `reset of ${list}`, async () => {
      await Promise.all(hosts.map((host) => stopHost(options, host.name, 0)));
      await Promise.all(hosts.map((host) => emptyStorage(options, host.name)));
      await startAll(options, hosts, layers);
    });
  });
}
