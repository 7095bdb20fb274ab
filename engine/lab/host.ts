import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../source/process.ts';
import { makeGroups, removeGroups } from './cgroup.ts';
import { answers, isTaken, startForward } from './forward.ts';
import { ensureIdentity } from './identity.ts';
import { hostGroup } from './names.ts';
import { makeHostNetwork, removeHostNetwork } from './network.ts';
import { boot, leaderOf } from './nspawn.ts';
import { hostPaths } from './paths.ts';
import { ended, kill } from './process.ts';
import { forgetHost, type HostRecord, readHost, writeHost } from './record.ts';
import { LabError, run } from './run.ts';
import { mountRoot, unmountRoot } from './storage.ts';
import type { LabHost, LabOptions } from './types.ts';

type Places = Pick<LabOptions, 'cache' | 'state'>;

const BOOT_SECONDS = 60;
/** The signal that makes systemd power off: SIGRTMIN+4. */
const POWER_OFF = 38;

export const isRunning = (record: HostRecord | undefined): record is HostRecord => isAlive(record?.supervisor);

/** Starts a host. Each step is recorded, so that an interrupted start can be cleaned up. */
export async function startHost(options: LabOptions, host: LabHost, layers: readonly string[]): Promise<void> {
  await clearHost(options, host.name);
  if (await isTaken(host))
    throw new LabError(
      `${host.listen}:${host.port} is used by another program\nnext: stop that program, or give ${host.name} another ansible_host`,
    );
  let record: HostRecord = { ...host, since: new Date().toISOString() };
  await writeHost(options, record);
  await makeHostNetwork(host);
  await mountRoot(options, host.name, [await ensureIdentity(options, host.name), ...layers]);
  record = { ...record, supervisor: await boot(options, host.name) };
  await writeHost(options, record);
  await rm(hostPaths(options, host.name).forwardLog, { force: true });
  record = { ...record, forward: startForward(options, host, await makeGroups('lab')) };
  await writeHost(options, record);
  await waitUntilUp(options, record);
}

async function waitUntilUp(options: LabOptions, record: HostRecord): Promise<void> {
  const until = performance.now() + BOOT_SECONDS * 1000;
  const wait = async (what: string) => {
    options.signal?.throwIfAborted();
    if (performance.now() > until || !isAlive(record.supervisor)) throw await notUp(options, record, what);
    await sleep(50);
  };
  while (!(await leaderOf(record.supervisor))) await wait('its systemd did not start');
  while (!(await answers(record))) await wait('sshd does not answer');
  const argv = await inside(record, ['systemctl', 'is-system-running', '--wait']);
  await run(`wait for ${record.name} to boot`, argv, { accept: [1], signal: options.signal });
}

async function notUp(options: LabOptions, record: HostRecord, what: string): Promise<LabError> {
  const { console, forwardLog } = hostPaths(options, record.name);
  const tails = await Promise.all([console, forwardLog].map((path) => readFile(path, 'utf8').catch(() => '')));
  const last = tails
    .map((text) => text.trimEnd().split('\n').slice(-15).join('\n'))
    .join('\n')
    .trim();
  const why = isAlive(record.supervisor) ? `${what} within ${BOOT_SECONDS} s` : 'systemd-nspawn has exited';
  return new LabError(`${record.name} did not come up: ${why}\n${last}\nnext: read the full console log in ${console}`);
}

/** The command line that runs a command in a host: in all of its namespaces, without this machine's environment. */
export async function inside(record: HostRecord | undefined, argv: readonly string[]): Promise<string[]> {
  const leader = await leaderOf(record?.supervisor);
  if (!leader) throw new LabError(`${record?.name ?? 'the host'} is not running\nnext: tsplay lab up`);
  const environment = [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
    'LANG=C.UTF-8',
  ];
  return ['nsenter', '--all', `--target=${leader.pid}`, 'env', '-i', ...environment, ...argv];
}

/** Shuts a host down, and kills it after `patience` milliseconds. Its storage stays. */
export async function stopHost(options: LabOptions, name: string, patience = 5000): Promise<void> {
  const record = await readHost(options, name);
  const leader = await leaderOf(record?.supervisor);
  if (patience > 0 && leader) {
    kill(leader, POWER_OFF);
    if (!(await ended(record?.supervisor, patience))) options.log(`${name} is slow to power off: killing it`);
  }
  await clearHost(options, name);
  await forgetHost(options, name);
}

/** Removes everything of a host but its storage, whatever state it was left in. */
async function clearHost(options: Places, name: string): Promise<void> {
  await endHost(options, name);
  await unmountRoot(options, name);
  await removeHostNetwork(name);
  await rm(`/run/systemd/nspawn/propagate/${name}`, { recursive: true, force: true });
}

/** Kills every process of a host. */
export async function endHost(options: Places, name: string): Promise<void> {
  const record = await readHost(options, name);
  kill(record?.supervisor);
  kill(record?.forward);
  await removeGroups(hostGroup(name));
  for (const process of [record?.supervisor, record?.forward]) await ended(process, 5000);
}
