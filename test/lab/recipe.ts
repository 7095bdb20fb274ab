import { createHash } from 'node:crypto';

export const RELEASE = 'bookworm';

/** What a bare Debian server has, and no more: the playbooks bring the rest. */
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

/** Lets container runtimes work in a host: its mounts are shared and its control groups can be written. */
const PREPARE = `#!/bin/sh
mount --make-rshared /
for line in $(awk '$3 ~ /^cgroup/ && $4 ~ /^ro/ { print $2 }' /proc/self/mounts); do
  mount -o remount,bind,rw "$line"
done
exit 0
`;

const PREPARE_UNIT = `[Unit]
Description=Prepare this lab host for containers
DefaultDependencies=no
Before=sysinit.target

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
  // Swap that a cluster must switch off for good; systemd ignores it in a container.
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

/** What is this machine's own, or would write to a host behind the back of a test that compares bytes. */
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
  // Debian has a group `operator` of its own.
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

/** Images with the same digest are the same: a changed recipe makes a new one. */
export function recipeDigest(architecture: string): string {
  const recipe = [RELEASE, bootstrapArguments(architecture), IMAGE_FILES, IMAGE_REMOVED, IMAGE_COMMANDS];
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}
