import { createHash } from 'node:crypto';

export const RELEASE = 'bookworm';

/** Only what a bare Debian server has: the playbooks install the rest. */
const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'sudo',
  'kmod',
  'procps',
  'iproute2',
  'ca-certificates',
];

/**
 * Kernel settings outside network namespaces are shared by all hosts and this machine. So each host has its own files in
 * their place, with the values of a fresh Debian; the rest of /proc/sys (except net) is read-only.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  'fs/file-max': '9223372036854775807',
  'fs/inotify/max_user_instances': '128',
  'fs/inotify/max_user_watches': '65536',
  'fs/protected_fifos': '1',
  'fs/protected_hardlinks': '1',
  'fs/protected_regular': '2',
  'fs/protected_symlinks': '1',
  'kernel/core_uses_pid': '0',
  'kernel/keys/root_maxbytes': '25000000',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/panic': '0',
  'kernel/panic_on_oops': '0',
  'kernel/pid_max': '4194304',
  'kernel/sysrq': '438',
  'vm/max_map_count': '65530',
  'vm/overcommit_memory': '0',
  'vm/panic_on_oom': '0',
  'vm/swappiness': '60',
};

const setting = ([path, value]: readonly [string, string]): string => `own ${path} ${value}`;

/** Lets container runtimes work in a host: shared mounts and writable control groups. */
const PREPARE = `#!/bin/sh
own() {
  [ -e "/proc/sys/$1" ] || return
  file=/run/tsplay-lab/$1
  mkdir -p "\${file%/*}"
  echo "$2" > "$file"
  mount --bind "$file" "/proc/sys/$1"
}
${Object.entries(SETTINGS).map(setting).join('\n')}
mount --make-rshared /
for line in $(awk '$3 ~ /^cgroup/ && $4 ~ /^ro/ { print $2 }' /proc/self/mounts); do
  mount -o remount,bind,rw "$line"
done
exit 0
`;

const PREPARE_UNIT = `[Unit]
Description=Prepare this lab host for containers
DefaultDependencies=no
Before=sysinit.target systemd-sysctl.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/tsplay-lab/prepare

[Install]
WantedBy=sysinit.target
`;

interface ImageFile {
  readonly mode: number;
  readonly content: string;
}

export const IMAGE_FILES: Readonly<Record<string, ImageFile>> = {
  'etc/hostname': { mode: 0o644, content: 'debian\n' },
  'etc/hosts': {
    mode: 0o644,
    content:
      '127.0.0.1\tlocalhost\n127.0.1.1\tdebian\n\n::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n',
  },
  // Swap that a cluster's roles must disable permanently; systemd ignores it in a container.
  'etc/fstab': {
    mode: 0o644,
    content: '# <file system> <mount point> <type> <options> <dump> <pass>\n/swapfile none swap sw 0 0\n',
  },
  'etc/resolv.conf': { mode: 0o644, content: '' },
  'etc/machine-id': { mode: 0o444, content: '' },
  'etc/sudoers.d/debian': { mode: 0o440, content: 'debian ALL=(ALL:ALL) NOPASSWD: ALL\n' },
  'usr/lib/tsplay-lab/prepare': { mode: 0o755, content: PREPARE },
  'usr/lib/systemd/system/tsplay-lab.service': { mode: 0o644, content: PREPARE_UNIT },
};

/** Files specific to this machine, or that make the host write on its own, which breaks tests that compare bytes. */
export const IMAGE_REMOVED = [
  'etc/apt/sources.list',
  'etc/apt/apt.conf.d/99mmdebstrap',
  'etc/resolv.conf',
  'etc/ssh/ssh_host_rsa_key',
  'etc/ssh/ssh_host_rsa_key.pub',
  'etc/ssh/ssh_host_ecdsa_key',
  'etc/ssh/ssh_host_ecdsa_key.pub',
  'etc/ssh/ssh_host_ed25519_key',
  'etc/ssh/ssh_host_ed25519_key.pub',
  'etc/systemd/system/timers.target.wants',
  'var/lib/dbus/machine-id',
];

export const IMAGE_COMMANDS: readonly (readonly string[])[] = [
  ['useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', '--groups', 'sudo', 'debian'],
  // Debian already has a group `operator`.
  [
    'useradd',
    '--uid',
    '1001',
    '--gid',
    'operator',
    '--create-home',
    '--shell',
    '/bin/bash',
    '--groups',
    'sudo',
    'operator',
  ],
  ['systemctl', 'enable', 'tsplay-lab.service'],
];

export const bootstrapArguments = (architecture: string): string[] => [
  'mmdebstrap',
  '--mode=root',
  '--variant=minbase',
  `--architectures=${architecture}`,
  `--include=${PACKAGES.join(',')}`,
];

/** Identifies an image: a changed recipe makes a new one. */
export function recipeDigest(architecture: string): string {
  const recipe = [RELEASE, bootstrapArguments(architecture), IMAGE_FILES, IMAGE_REMOVED, IMAGE_COMMANDS];
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}
