import { makeGroups, removeGroups } from './cgroup.ts';
import { discardOtherVersions } from './disk.ts';
import { answers } from './forward.ts';
import { isRunning, startHost, stopHost } from './host.ts';
import { ensureIdentity, writeKnownHosts } from './identity.ts';
import { ensureImage } from './image.ts';
import { raiseInotifyLimits, restoreInotifyLimits } from './inotify.ts';
import { checkVersions, provideKubernetes } from './kubernetes.ts';
import { claim, unclaim, withLock } from './lock.ts';
import { checkHosts } from './names.ts';
import { ensureNameserver } from './nameserver.ts';
import { labNamespaces, makeLabNetwork, removeNamespace } from './network.ts';
import { ensurePackages } from './packages.ts';
import { knownHostNames, readHost } from './record.ts';
import { publishDebian } from './repository.ts';
import { checkRequirements } from './requirements.ts';
import { LabError } from './run.ts';
import { ensureSeed } from './seed.ts';
import { ensureServer, stopServer } from './serve.ts';
import { step } from './step.ts';
import { emptyStorage } from './storage.ts';
import type { HostStatus, LabHost, LabOptions } from './types.ts';

/** Starts every host that is not running. If it fails, everything that this call started is stopped again. */
export async function labUp(options: LabOptions): Promise<void> {
  await withLock(options, async () => {
    const layers = await prepare(options, true);
    const missing: LabHost[] = [];
    for (const host of options.hosts) if (!isRunning(await readHost(options, host.name))) missing.push(host);
    const list = missing.map(({ name }) => name).join(', ');
    await discardOtherVersions(options, missing);
    if (list) await step(options, `boot of ${list}`, () => startAll(options, missing, layers));
  });
}

/** Leaves no process, mount, namespace or control group, whatever state the lab was in. The hosts' disks stay. */
export async function labDown(options: LabOptions): Promise<void> {
  await withLock(options, async () => {
    await claim(options);
    await takeDown(options);
  });
}

/** Discards everything that hosts have written and boots them fresh. Their host keys stay. */
export async function labReset(options: LabOptions, names?: readonly string[]): Promise<void> {
  const hosts = options.hosts.filter(({ name }) => !names || names.includes(name));
  const unknown = names?.filter((name) => !options.hosts.some((host) => host.name === name)) ?? [];
  if (unknown.length > 0) throw new LabError(`no such host in the inventory: ${unknown.join(', ')}`);
  const list = hosts.map(({ name }) => name).join(', ');
  await withLock(options, async () => {
    const layers = await prepare(options, false);
    await step(options, `reset of ${list}`, async () => {
      await Promise.all(hosts.map((host) => stopHost(options, host.name, 0)));
      await Promise.all(hosts.map((host) => emptyStorage(options, host.name)));
      await startAll(options, hosts, layers);
    });
  });
}

export function labStatus(options: Pick<LabOptions, 'hosts' | 'cache' | 'state'>): Promise<readonly HostStatus[]> {
  return Promise.all(
    options.hosts.map(async (host) => {
      const { name, address, listen } = host;
      const record = await readHost(options, name);
      if (!record) return { name, address, listen, state: 'stopped' };
      // A host that was started and not stopped should be running.
      const state = !isRunning(record) ? 'failed' : (await answers(host)) ? 'running' : 'starting';
      return { name, address, listen, state, since: record.since };
    }),
  );
}

/**
 * Makes everything that hosts need before they boot: image, packages, identities, network, server. Returns the layers
 * of their file systems.
 */
async function prepare(options: LabOptions, build: boolean): Promise<string[]> {
  checkHosts(options.hosts);
  checkVersions(options);
  await checkRequirements();
  await claim(options);
  try {
    const image = await ensureImage(options);
    const seed = await ensureSeed(options, image);
    await publishDebian(options, await ensurePackages(options, image));
    const nameserver = await provideKubernetes(options, build);
    await Promise.all(options.hosts.map((host) => ensureIdentity(options, host.name)));
    await writeKnownHosts(options);
    options.signal?.throwIfAborted();
    await makeLabNetwork();
    await makeGroups('lab');
    await ensureServer(options);
    if (nameserver) await ensureNameserver(options, nameserver);
    await raiseInotifyLimits(options);
    return [seed, image];
  } catch (error) {
    await takeDownIfIdle(options);
    throw error;
  }
}

/** Starts hosts in parallel. If one fails, or the user interrupts, all of them are stopped again. */
async function startAll(options: LabOptions, hosts: readonly LabHost[], layers: readonly string[]): Promise<void> {
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

async function takeDown(options: LabOptions): Promise<void> {
  const { signal: _, ...uninterruptible } = options; // a lab that is half down is of no use
  const names = await knownHostNames(options);
  await step(uninterruptible, 'power-off', () => Promise.all(names.map((name) => stopHost(uninterruptible, name))));
  await stopServer(options);
  await restoreInotifyLimits(options);
  await removeGroups();
  for (const namespace of await labNamespaces()) await removeNamespace(namespace);
  await unclaim();
}
