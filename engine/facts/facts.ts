import type { AppearsWith, Probe } from '../module/probe.ts';

/** A fact: a name under `facts`, and the probe that reads it. `stable`: no task can change it short of a reboot. */
export interface Fact {
  readonly probe: Probe<unknown>;
  readonly stable: boolean;
  /** What it tells, for the reference. */
  readonly meaning: string;
}

function fact<T>(
  name: string,
  meaning: string,
  script: string,
  parse: (text: string) => T,
  options: { stable?: boolean; volatile?: true; appearsWith?: AppearsWith<T> } = {},
): [string, Fact] {
  const { stable = false, volatile, appearsWith } = options;
  const probe: Probe<T> = {
    key: `fact:${name}`,
    script,
    parse: (out) => parse(out.stdout.trim()),
    describe: (value) => (typeof value === 'string' ? value : JSON.stringify(value)) || 'none',
    ...(volatile && { volatile }),
    ...(appearsWith && { appearsWith }),
  };
  return [name, { probe, stable, meaning }];
}

/** The version of a program that a package may bring. */
function ofProgram(program: string): AppearsWith<string> {
  const absent = (version: string): boolean => version === '';
  return {
    cause: 'package',
    absent,
    foresee: async (version, host, coming) =>
      absent(version) ? coming.findLast(({ versionOf }) => versionOf)?.versionOf?.(program, host, coming) : version,
  };
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** All facts, by the first part of their name. Each is read only where something refers to it. */
export const facts: ReadonlyMap<string, Fact> = new Map([
  fact(
    'os',
    'The operating system, from /etc/os-release: `id` (debian), `family` (debian, rhel, suse, arch, alpine), `version` (12), `codename` (bookworm), `pretty_name`.',
    'cat /etc/os-release',
    parseOs,
  ),
  fact('architecture', 'The machine as `uname -m` names it: x86_64, aarch64.', 'uname -m', String, { stable: true }),
  fact('kernel', 'The release of the running kernel.', 'uname -r', String, { stable: true }),
  fact(
    'hostname',
    'The name of the host, without its domain.',
    'hostname 2>/dev/null || cat /proc/sys/kernel/hostname',
    (text) => text.split('.')[0]!,
  ),
  fact(
    'fqdn',
    'The name of the host with its domain, as far as it knows it.',
    'hostname -f 2>/dev/null || hostname 2>/dev/null || cat /proc/sys/kernel/hostname',
    String,
  ),
  fact('cpus', 'How many processors it has.', 'nproc', Number, { stable: true }),
  fact(
    'memory_mb',
    'Its memory, in MiB.',
    "sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo",
    (text) => Math.floor(Number(text) / 1024),
    { stable: true },
  ),
  fact('machine_id', 'What /etc/machine-id holds.', 'cat /etc/machine-id 2>/dev/null || :', String),
  fact(
    'product_uuid',
    'The number of the machine that its firmware tells; readable for root only.',
    'cat /sys/class/dmi/id/product_uuid 2>/dev/null || :',
    (text) => text.toLowerCase(),
    {
      stable: true,
    },
  ),
  fact(
    'cgroup',
    'Which control groups the kernel has: v1 or v2.',
    'stat -fc %T /sys/fs/cgroup',
    (text) => (text === 'cgroup2fs' ? 'v2' : 'v1'),
    { stable: true },
  ),
  fact('time', 'Its clock: seconds since 1970.', 'date +%s', Number, { volatile: true }),
  fact(
    'clock_offset',
    "Seconds by which its clock is ahead of the controller's, as its answer came; of one that is behind, negative.",
    'date +%s',
    (text) => Number(text) - Math.round(Date.now() / 1000), // hosts answer at different moments: their own times cannot be compared
    { volatile: true },
  ),
  fact(
    'addresses',
    'All its addresses that others can reach, IPv4 and IPv6.',
    "ip -o addr show scope global | awk '{print $4}'",
    (text) => lines(text).map((line) => line.split('/')[0]!),
    { volatile: true }, // an address that moves between hosts, networks of containers: they come and go by themselves
  ),
  fact(
    'routes',
    'The networks that it has routes to.',
    "{ ip -4 route show; ip -6 route show; } 2>/dev/null | awk '$1 ~ /\\//{print $1}'",
    lines,
    { volatile: true },
  ),
  fact(
    'macs',
    'The hardware addresses of its network interfaces.',
    "ip -o link 2>/dev/null | sed -n 's/.* link\\/ether \\([0-9a-f:]*\\) .*/\\1/p'",
    lines,
    { volatile: true },
  ),
  fact(
    'default_ipv4',
    'The way to the rest of the world: `address`, `interface`, `gateway`.',
    'ip -4 -o route get 192.0.2.1 2>/dev/null || :',
    parseRoute,
  ),
  fact(
    'containerd',
    'The version of containerd; empty where it is not installed.',
    'containerd --version 2>/dev/null || :',
    (text) => /\bv?(\d+\.\d+\.\d+\S*)/.exec(text)?.[1] ?? '',
    { appearsWith: ofProgram('containerd') },
  ),
  fact(
    'kubelet',
    'The version of the kubelet; empty where it is not installed.',
    'kubelet --version 2>/dev/null || :',
    (text) => /\bv?(\d+\.\d+\.\d+\S*)/.exec(text)?.[1] ?? '',
    { appearsWith: ofProgram('kubelet') },
  ),
  fact('service_manager', 'What runs as process 1: systemd, init.', 'cat /proc/1/comm', String, { stable: true }),
  fact(
    'virtualization',
    'What it runs in, as systemd-detect-virt tells: kvm, lxc, none.',
    'systemd-detect-virt 2>/dev/null || :',
    String,
    { stable: true },
  ),
]);

/** From os-release: `family` is the oldest ancestor that is known, as in Ansible but in lower case. */
function parseOs(text: string): Record<string, string> {
  const fields = new Map(
    lines(text).map((line) => {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return [name, value.replace(/^(["'])(.*)\1$/, '$2')];
    }),
  );
  const id = fields.get('ID') ?? '';
  const ancestors = [id, ...(fields.get('ID_LIKE') ?? '').split(' ')];
  const family = ['debian', 'rhel', 'suse', 'arch', 'alpine'].find((name) => ancestors.includes(name)) ?? id;
  return {
    id,
    family,
    version: fields.get('VERSION_ID') ?? '',
    codename: fields.get('VERSION_CODENAME') ?? '',
    pretty_name: fields.get('PRETTY_NAME') ?? '',
  };
}

/** The route to a documentation address (never contacted) tells the address that the host would speak with. */
function parseRoute(text: string): Record<string, string> {
  const after = (word: string): string => new RegExp(`\\b${word} (\\S+)`).exec(text)?.[1] ?? '';
  return { address: after('src'), interface: after('dev'), gateway: after('via') };
}
