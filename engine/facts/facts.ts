import { isIP } from 'node:net';
import type { Shape } from '../expressions/shape.ts';
import { TaskFailure } from '../module/failure.ts';
import { isHostName, isLine } from '../module/line.ts';
import type { AppearsWith, Probe } from '../module/probe.ts';

/** A fact: a name under `facts`, and the probe that reads it. */
export interface Fact {
  readonly probe: Probe<unknown>;
  /** No task can change it without a reboot. */
  readonly stable: boolean;
  /** What the value looks like: expressions are checked against it before a host is contacted. */
  readonly shape: Shape;
  /** For the reference. */
  readonly meaning: string;
}

/** A host may send anything. Facts become parts of names and paths, so each has a form; what has another is the host's failure. */
type Form = (text: string) => boolean;
const plainName: Form = (text) => /^(?![.-])[^\s\p{C}/\\]*$/u.test(text);
const hostName: Form = (text) => text === '' || isHostName(text);
const address: Form = (text) => text === '' || isIP(text) !== 0;
const network: Form = (text) => isIP(text.replace(/\/\d{1,3}$/, '')) !== 0;

function formed<T>(id: string, form: Form, value: T): T {
  const parts = Object.entries(typeof value === 'object' && value !== null ? value : { '': value });
  for (const [part, text] of parts as [string, unknown][]) {
    const right =
      typeof text === 'number' ? Number.isSafeInteger(text) : (part === 'pretty_name' ? isLine : form)(String(text));
    if (right && String(text).length <= 255) continue;
    const shown = String(text).length > 60 ? `${String(text).slice(0, 60)}…` : String(text);
    throw new TaskFailure(`the host's '${id}' cannot be ${JSON.stringify(shown)}`, {
      hint: 'see what the host itself says of it: facts become parts of names and paths, so each has a form',
    });
  }
  return value;
}

function fact<T>(
  id: string,
  shape: Shape,
  meaning: string,
  script: string,
  parse: (text: string) => T,
  options: { form?: Form; stable?: boolean; volatile?: true; appearsWith?: AppearsWith<T> } = {},
): [string, Fact] {
  const { form = plainName, stable = false, volatile, appearsWith } = options;
  const probe: Probe<T> = {
    key: `fact:${id}`,
    script,
    parse: (out) => formed(id, form, parse(out.stdout.trim())),
    describe: (value) => (typeof value === 'string' ? value : JSON.stringify(value)) || 'none',
    ...(volatile && { volatile }),
    ...(appearsWith && { appearsWith }),
  };
  return [id, { probe, stable, shape, meaning }];
}

/** Predicts the version of a program that a package may install. */
function ofProgram(program: string): AppearsWith<string> {
  const absent = (version: string): boolean => version === '';
  return {
    cause: 'package',
    absent,
    foresee: async (version, host, coming) =>
      absent(version) ? coming.findLast(({ versionOf }) => versionOf)?.versionOf?.(program, host, coming) : version,
  };
}

/** What the kernel calls a host without a name. */
const unset = (text: string): string => (text === '(none)' ? '' : text);

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** All facts by name, one per row. A fact is read only if something refers to it. */
export const facts: ReadonlyMap<string, Fact> = new Map([
  fact(
    'os',
    { fields: { id: 'string', family: 'string', version: 'string', codename: 'string', pretty_name: 'string' } },
    'The operating system, from /etc/os-release: `id` (debian), `family` (debian, rhel, suse, arch, alpine), `version` (12), `codename` (bookworm), `pretty_name`.',
    'cat /etc/os-release',
    parseOs,
  ),
  fact('architecture', 'string', 'The machine type, from `uname -m`: x86_64, aarch64.', 'uname -m', String, {
    stable: true,
  }),
  fact('kernel', 'string', 'The release of the running kernel, from `uname -r`.', 'uname -r', String, { stable: true }),
  fact(
    'hostname',
    'string',
    'The host name without the domain.',
    'hostname 2>/dev/null || cat /proc/sys/kernel/hostname',
    (text) => (hostName(unset(text)) ? unset(text).split('.')[0]! : text),
    { form: hostName },
  ),
  fact(
    'fqdn',
    'string',
    'The fully qualified host name, as far as the host knows it.',
    'hostname -f 2>/dev/null || hostname 2>/dev/null || cat /proc/sys/kernel/hostname',
    unset,
    { form: hostName },
  ),
  fact('cpus', 'int', 'The number of processors.', 'nproc', Number, { stable: true }),
  fact(
    'memory_mb',
    'int',
    'The memory in MiB.',
    "sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo",
    (text) => Math.floor(Number(text) / 1024),
    { stable: true },
  ),
  fact('machine_id', 'string', 'The content of /etc/machine-id.', 'cat /etc/machine-id 2>/dev/null || :', String),
  fact(
    'product_uuid',
    'string',
    'The product UUID from the firmware; readable only by root.',
    'cat /sys/class/dmi/id/product_uuid 2>/dev/null || :',
    (text) => text.toLowerCase(),
    {
      stable: true,
    },
  ),
  fact(
    'cgroup',
    'string',
    'The version of control groups: v1 or v2.',
    'stat -fc %T /sys/fs/cgroup',
    (text) => (text === 'cgroup2fs' ? 'v2' : 'v1'),
    { stable: true },
  ),
  fact('time', 'int', 'The clock, in seconds since 1970.', 'date +%s', Number, { volatile: true }),
  fact(
    'clock_offset',
    'int',
    "How many seconds the host's clock is ahead of the controller's; negative if it is behind.",
    'date +%s',
    (text) => Number(text) - Math.round(Date.now() / 1000), // hosts answer at different times, so their clocks cannot be compared directly
    { volatile: true },
  ),
  fact(
    'addresses',
    { list: 'string' },
    'All global addresses, IPv4 and IPv6.',
    "ip -o addr show scope global | awk '{print $4}'",
    (text) => lines(text).map((line) => line.split('/')[0]!),
    { form: address, volatile: true }, // virtual addresses and container networks come and go without a task
  ),
  fact(
    'interfaces',
    { list: { fields: { name: 'string', mtu: 'int', addresses: { list: 'string' } } } },
    'The network interfaces that are up: `name`, `mtu`, and `addresses`, as in the fact addresses.',
    'ip -o link show up; ip -o addr show scope global',
    parseInterfaces,
    { form: () => true, volatile: true },
  ),
  fact(
    'routes',
    { list: 'string' },
    'The networks that the host has routes to.',
    "{ ip -4 route show; ip -6 route show; } 2>/dev/null | awk '$1 ~ /\\//{print $1}'",
    lines,
    { form: network, volatile: true },
  ),
  fact(
    'macs',
    { list: 'string' },
    'The MAC addresses of the network interfaces.',
    "ip -o link 2>/dev/null | sed -n 's/.* link\\/ether \\([0-9a-f:]*\\) .*/\\1/p'",
    lines,
    { volatile: true },
  ),
  fact(
    'default_ipv4',
    { fields: { address: 'string', interface: 'string', gateway: 'string' } },
    'The default IPv4 route: `address`, `interface`, `gateway`.',
    'ip -4 -o route get 192.0.2.1 2>/dev/null || :',
    parseRoute,
  ),
  fact(
    'containerd',
    'string',
    'The version of containerd; empty if it is not installed.',
    'containerd --version 2>/dev/null || :',
    (text) => /\bv?(\d+\.\d+\.\d+\S*)/.exec(text)?.[1] ?? '',
    { appearsWith: ofProgram('containerd') },
  ),
  fact(
    'kubelet',
    'string',
    'The version of the kubelet; empty if it is not installed.',
    'kubelet --version 2>/dev/null || :',
    (text) => /\bv?(\d+\.\d+\.\d+\S*)/.exec(text)?.[1] ?? '',
    { appearsWith: ofProgram('kubelet') },
  ),
  fact('service_manager', 'string', 'The name of process 1: systemd, init.', 'cat /proc/1/comm', String, {
    stable: true,
  }),
  fact(
    'virtualization',
    'string',
    'The virtualization, from systemd-detect-virt: kvm, lxc, none.',
    'systemd-detect-virt 2>/dev/null || :',
    String,
    { stable: true },
  ),
]);

/** The shape of `facts` by name, for static checks. */
export const factShapes: Readonly<Record<string, Shape>> = Object.fromEntries(
  [...facts].map(([name, { shape }]) => [name, shape]),
);

/** From os-release; `family` is the first known distribution among ID and ID_LIKE, as in Ansible but in lower case. */
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

/** The route to a documentation address (never contacted) shows the source address for outgoing traffic. */
function parseRoute(text: string): Record<string, string> {
  const after = (word: string): string => new RegExp(`\\b${word} (\\S+)`).exec(text)?.[1] ?? '';
  return { address: after('src'), interface: after('dev'), gateway: after('via') };
}

interface Interface {
  readonly name: string;
  readonly mtu: number;
  readonly addresses: string[];
}

/** From `ip -o link` (`2: eth0@if7: <…> mtu 1500 …`) and then `ip -o addr` (`2: eth0    inet 192.0.2.5/24 …`). */
function parseInterfaces(text: string): readonly Interface[] {
  const found = new Map<string, Interface>();
  for (const line of lines(text)) {
    const link = /^\d+: ([^\s:@]+)(?:@\S+)?: .*\bmtu (\d+)/.exec(line);
    if (link)
      found.set(link[1]!, { name: formed('interfaces', plainName, link[1]!), mtu: Number(link[2]), addresses: [] });
    const [, name = '', own = ''] = /^\d+: (\S+) +inet6? ([^\s/]+)/.exec(line) ?? [];
    if (own !== '') found.get(name)?.addresses.push(formed('interfaces', address, own));
  }
  return [...found.values()];
}
