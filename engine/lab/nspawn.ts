import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeGroups } from './cgroup.ts';
import { machineModules } from './kernel-modules.ts';
import { hostGroup, hostNamespace } from './names.ts';
import { namespacePath } from './network.ts';
import { hostPaths } from './paths.ts';
import { childrenOf, inGroups, innerPid, isAlive, type ProcessRecord, startDetached, tryRecord } from './process.ts';
import { BOUND } from './storage.ts';
import type { LabOptions } from './types.ts';

/** How a host is booted: whole, with its own systemd, and allowed what a container runtime needs. */
function nspawnArguments(options: LabOptions, name: string): string[] {
  const { root, bound } = hostPaths(options, name);
  const modules = machineModules();
  const network = namespacePath(hostNamespace(name));
  return [
    // nspawn mounts /sys before it changes the network: it must be there already, or the host sees this machine's devices.
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

/** A host that reboots itself ends its nspawn with this exit code. */
const REBOOT = 133;
const WHILE_REBOOTED = `while "$@"; [ $? -eq ${REBOOT} ]; do :; done`;

/** Boots a host, again whenever it reboots itself. The answer is the process that sees to this. */
export async function boot(options: LabOptions, name: string): Promise<ProcessRecord> {
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network', // sysctl works for what is the host's own
    SYSTEMD_NSPAWN_TMPFS_TMP: '0', // /tmp is on the disk, as in Debian: what is left there can be seen
    SYSTEMD_LOG_COLOR: '0',
  };
  const host = inGroups(await makeGroups(hostGroup(name)), nspawnArguments(options, name));
  const argv = ['/bin/sh', '-c', WHILE_REBOOTED, 'sh', ...host];
  return startDetached(argv, { log: hostPaths(options, name).console, groups: await makeGroups('lab'), env });
}

/** The host's own process 1, seen from here: another one after each reboot. */
export async function leaderOf(supervisor: ProcessRecord | undefined): Promise<ProcessRecord | undefined> {
  if (!isAlive(supervisor)) return undefined;
  for (const nspawn of await childrenOf(supervisor.pid)) {
    for (const pid of await childrenOf(nspawn)) if ((await innerPid(pid)) === 1) return tryRecord(pid);
  }
  return undefined;
}
