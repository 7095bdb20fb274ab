import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseHierarchies } from './cgroup.ts';
import { LabError, run } from './run.ts';
import { debianSources } from './sources.ts';

/** Programs that the lab calls, and the Debian packages that contain them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'systemd-nspawn': 'systemd-container',
  'systemd-socket-activate': 'systemd',
  mmdebstrap: 'mmdebstrap',
  ip: 'iproute2',
  ss: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  'apt-ftparchive': 'apt-utils',
  gpg: 'gnupg',
  gpgconf: 'gnupg',
  openssl: 'openssl',
  depmod: 'kmod',
  nsenter: 'util-linux',
  mount: 'mount',
};

const FILES: Readonly<Record<string, string>> = {
  '/usr/share/keyrings/debian-archive-keyring.gpg': 'debian-archive-keyring',
};

const FOLDERS = [...new Set([...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin'])];

/** The Debian packages that are not installed yet. */
export const missingPackages = (): string[] => [
  ...new Set([
    ...Object.entries(PROGRAMS).flatMap(([program, name]) =>
      FOLDERS.some((f) => existsSync(`${f}/${program}`)) ? [] : [name],
    ),
    ...Object.entries(FILES).flatMap(([file, name]) => (existsSync(file) ? [] : [name])),
  ]),
];

/** Everything that prevents the lab from running here, each with a remedy. Changes nothing. */
export async function requirements(): Promise<string[]> {
  if (process.platform !== 'linux')
    return [`The lab boots Linux hosts, but this is ${process.platform}: run it on a Debian 12 machine.`];
  const problems: string[] = [];
  const say = (ok: boolean, sentence: string) => ok || problems.push(sentence);
  say(process.getuid?.() === 0, 'The lab needs root for namespaces and mounts: run it with sudo.');
  const apt = FOLDERS.some((folder) => existsSync(`${folder}/apt-get`));
  say(apt, 'The lab builds its hosts with apt: run it on Debian or Ubuntu.');
  for (const name of ['mnt', 'net', 'pid', 'uts', 'ipc', 'cgroup'])
    say(
      existsSync(`/proc/self/ns/${name}`),
      `The kernel has no ${name} namespaces: use the kernel of a Debian release.`,
    );
  const filesystems = await readFile('/proc/filesystems', 'utf8');
  const overlay = /\boverlay\b/.test(filesystems) || existsSync('/lib/modules');
  say(overlay, 'The kernel has no overlayfs: load it (modprobe overlay) or use a kernel that has it.');
  const hierarchies = parseHierarchies(await readFile('/proc/self/mounts', 'utf8'));
  say(
    hierarchies.length > 0,
    'No control groups are mounted below /sys/fs/cgroup: mount them, or run outside this container.',
  );
  const status = await readFile('/proc/self/status', 'utf8');
  const admin = BigInt(`0x${/^CapEff:\s+(\w+)$/m.exec(status)?.[1] ?? '0'}`) & (1n << 21n);
  say(
    admin !== 0n,
    'Root cannot mount file systems here (no CAP_SYS_ADMIN): use a virtual machine or a privileged container.',
  );
  const packages = missingPackages();
  say(packages.length === 0, `Debian packages are missing: install them with apt-get install ${packages.join(' ')}`);
  if (apt) await debianSources().catch((error: Error) => problems.push(error.message));
  return problems;
}

/** Installs the Debian packages that the lab needs; waits while another apt is running. */
export async function installRequirements(log: (line: string) => void): Promise<void> {
  const packages = missingPackages();
  if (packages.length === 0 || process.platform !== 'linux' || process.getuid?.() !== 0) return;
  log(`installing ${packages.join(', ')} …`);
  const apt = ['apt-get', '-qq', '-y', '-o', 'DPkg::Lock::Timeout=600'];
  const options = {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    hint: 'check that `apt-get update` works on this machine',
  };
  await run('read the package lists', [...apt, 'update'], options);
  await run('install what the lab needs', [...apt, '--no-install-recommends', 'install', ...packages], options);
}

export async function checkRequirements(): Promise<void> {
  const problems = await requirements();
  if (problems.length === 0) return;
  throw new LabError(`this machine cannot run the lab:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
}
