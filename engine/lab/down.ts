import { removeGroups } from './cgroup.ts';
import { claim, unclaim } from './claim.ts';
import { stopHost } from './host.ts';
import { withLock } from './lock.ts';
import { labNamespaces, removeNamespace } from './network.ts';
import { knownHostNames } from './record.ts';
import { stopServer } from './serve.ts';
import { step } from './step.ts';
import type { LabOptions } from './types.ts';

/** Leaves no process, mount, namespace or control group, whatever state the lab was left in. What hosts have written stays. */
export async function labDown(options: LabOptions): Promise<void> {
  await withLock(options, async () => {
    await claim(options);
    await takeDown(options);
  });
}

export async function takeDown(options: LabOptions): Promise<void> {
  const { signal: _, ...unstoppable } = options; // half a way down is no place to stop
  const names = await knownHostNames(options);
  await step(unstoppable, 'power-off', () => Promise.all(names.map((name) => stopHost(unstoppable, name))));
  await stopServer(options);
  await removeGroups();
  for (const namespace of await labNamespaces()) await removeNamespace(namespace);
  await unclaim();
}
