import { makeGroups } from './cgroup.ts';
import { claim } from './claim.ts';
import { takeDown } from './down.ts';
import { isRunning, startHost, stopHost } from './host.ts';
import { ensureIdentity, writeKnownHosts } from './identity.ts';
import { ensureImage } from './image.ts';
import { provideKubernetes } from './kubernetes.ts';
import { withLock } from './lock.ts';
import { checkHosts } from './names.ts';
import { makeLabNetwork } from './network.ts';
import { ensurePackages } from './packages.ts';
import { knownHostNames, readHost } from './record.ts';
import { publishDebian } from './repository.ts';
import { checkRequirements } from './requirements.ts';
import { ensureSeed } from './seed.ts';
import { ensureServer } from './serve.ts';
import { step } from './step.ts';
import type { LabHost, LabOptions } from './types.ts';

/** Brings up every host that does not run yet. What this call started is taken back when it fails. */
export async function labUp(options: LabOptions): Promise<void> {
  await withLock(options, async () => {
    const layers = await prepare(options);
    const missing: LabHost[] = [];
    for (const host of options.hosts) if (!isRunning(await readHost(options, host.name))) missing.push(host);
    const list = missing.map(({ name }) => name).join(', ');
    if (list) await step(options, `boot of ${list}`, () => startAll(options, missing, layers));
  });
}

/** Everything that hosts need before they boot: their layers, which are the answer, packages, identities, network, server. */
export async function prepare(options: LabOptions): Promise<string[]> {
  checkHosts(options.hosts);
  await checkRequirements();
  await claim(options);
  try {
    const image = await ensureImage(options);
    const seed = await ensureSeed(options, image);
    await publishDebian(options, await ensurePackages(options, image));
    if (options.kubernetes) await provideKubernetes(options);
    await Promise.all(options.hosts.map((host) => ensureIdentity(options, host.name)));
    await writeKnownHosts(options);
    options.signal?.throwIfAborted();
    await makeLabNetwork();
    await makeGroups('lab');
    await ensureServer(options);
    return [seed, image];
  } catch (error) {
    await takeDownIfIdle(options);
    throw error;
  }
}

/** Starts hosts together. If one fails, or the reader interrupts, none of them stays. */
export async function startAll(
  options: LabOptions,
  hosts: readonly LabHost[],
  layers: readonly string[],
): Promise<void> {
  const started = await Promise.allSettled(hosts.map((host) => startHost(options, host, layers)));
  const failures: Error[] = started.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (failures.length === 0) return;
  await Promise.all(hosts.map((host) => stopHost(options, host.name, 0)));
  await takeDownIfIdle(options);
  throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map((f) => f.message).join('\n\n'));
}

async function takeDownIfIdle(options: LabOptions): Promise<void> {
  for (const name of await knownHostNames(options)) if (isRunning(await readHost(options, name))) return;
  await takeDown(options);
}
