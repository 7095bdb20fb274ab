import { makeGroups, removeGroups } from './cgroup.ts';
import { isRunning, startHost, stopHost } from './host.ts';
import { ensureIdentity, writeKnownHosts } from './identity.ts';
import { ensureImage } from './image.ts';
import { withLock } from './lock.ts';
import { checkHosts, LAB_NAMESPACE } from './names.ts';
import { labNamespaces, makeLabNetwork, removeNamespace } from './network.ts';
import { checkRequirements } from './requirements.ts';
import { readHost } from './record.ts';
import { ensureSeed } from './seed.ts';
import { step } from './step.ts';
import type { LabHost, LabOptions } from './types.ts';

/** Brings up every host that does not run yet. What this call started is taken back when it fails. */
export async function labUp(options: LabOptions): Promise<void> {
  checkHosts(options.hosts);
  await checkRequirements();
  await withLock(options, async () => {
    const image = await ensureImage(options);
    const layers = [await ensureSeed(options, image), image];
    await Promise.all(options.hosts.map((host) => ensureIdentity(options, host.name)));
    await writeKnownHosts(options);
    const missing: LabHost[] = [];
    for (const host of options.hosts) if (!isRunning(await readHost(options, host.name))) missing.push(host);
    await makeLabNetwork();
    await makeGroups('lab');
    await step(options, `boot of ${missing.map(({ name }) => name).join(', ')}`, () => startAll(options, missing, layers));
  });
}

export async function startAll(options: LabOptions, hosts: readonly LabHost[], layers: readonly string[]): Promise<void> {
  const started = await Promise.allSettled(hosts.map((host) => startHost(options, host, layers)));
  const failures = started.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  if (failures.length === 0) return;
  await Promise.all(hosts.map((host) => stopHost(options, host.name, 0)));
  throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map((f) => f.message).join('\n\n'));
}
