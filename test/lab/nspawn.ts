import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { machineModules } from './modules.ts';
import { hostNamespace } from './names.ts';
import { namespacePath } from './network.ts';
import { hostPaths } from './paths.ts';
import { childrenOf, innerPid, type ProcessRecord, recordOf, startDetached } from './process.ts';
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

export function boot(options: LabOptions, name: string, groups: readonly string[]): ProcessRecord {
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1', // sysctl works
    SYSTEMD_NSPAWN_TMPFS_TMP: '0', // /tmp is on the disk, as in Debian: what is left there can be seen
    SYSTEMD_LOG_COLOR: '0',
  };
  return startDetached(nspawnArguments(options, name), { log: hostPaths(options, name).console, groups, env });
}

/** The host's own process 1, seen from here. */
export async function leaderOf(nspawn: ProcessRecord): Promise<ProcessRecord | undefined> {
  for (const pid of await childrenOf(nspawn.pid)) {
    if ((await innerPid(pid)) === 1) return recordOf(pid);
  }
  return undefined;
}
