import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessRecord, tryRecord } from '../source/process.ts';
import { makeGroups } from './cgroup.ts';
import { machineModules } from './kernel-modules.ts';
import { hostGroup, hostNamespace } from './names.ts';
import { namespacePath } from './network.ts';
import { hostPaths } from './paths.ts';
import { childrenOf, inGroups, innerPid, startDetached } from './process.ts';
import { BOUND } from './storage.ts';
import type { LabOptions } from './types.ts';

/** A host boots with its own systemd, and with the privileges that a container runtime needs. */
function nspawnArguments(options: LabOptions, name: string): string[] {
  const { root, bound } = hostPaths(options, name);
  const modules = machineModules();
  const network = namespacePath(hostNamespace(name));
  return [
    // nspawn mounts /sys before it changes the network namespace: without nsenter, the host would see this machine's devices.
    'nsenter',
    `--net=${network}`,
    'systemd-nspawn',
    '--quiet',
    `--directory=${root}`,
    `--machine=${name}`,
    `--network-namespace-path=${network}`,
    '--register=no',
    '--keep-unit',
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    '--capability=all',
    '--system-call-filter=@keyring',
    ...(existsSync('/dev/kmsg') ? ['--bind=/dev/kmsg'] : []),
    ...(modules ? [`--bind-ro=${modules}`] : []),
    ...BOUND.map((folder) => `--bind=${escapeBind(join(bound, folder))}:/var/lib/${folder}`),
    '--boot',
  ];
}

const escapeBind = (path: string): string => path.replace(/[\\:]/g, (sign) => `\\${sign}`);

/** nspawn's exit code when its host reboots. */
const REBOOT = 133;
const WHILE_REBOOTED = `while "$@"; [ $? -eq ${REBOOT} ]; do :; done`;

/** Boots a host, and boots it again whenever it reboots. Returns the process that supervises it. */
export async function boot(options: LabOptions, name: string): Promise<ProcessRecord> {
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network', // sysctl works for the host's own network settings
    SYSTEMD_NSPAWN_TMPFS_TMP: '0', // /tmp is on disk, as in Debian 12, so that leftovers can be found
    SYSTEMD_LOG_COLOR: '0',
  };
  const host = inGroups(await makeGroups(hostGroup(name)), nspawnArguments(options, name));
  const argv = ['/bin/sh', '-c', WHILE_REBOOTED, 'sh', ...host];
  return startDetached(argv, { log: hostPaths(options, name).console, groups: await makeGroups('lab'), env });
}

/** The host's process 1, with its pid on this machine. It changes with each reboot. */
export async function leaderOf(supervisor: ProcessRecord | undefined): Promise<ProcessRecord | undefined> {
  if (!isAlive(supervisor)) return undefined;
  for (const nspawn of await childrenOf(supervisor.pid)) {
    for (const pid of await childrenOf(nspawn)) if ((await innerPid(pid)) === 1) return tryRecord(pid);
  }
  return undefined;
}
