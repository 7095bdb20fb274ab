import type { Host } from './host.ts';

/** What the host is to be, and what it must have. */
export interface Wanted {
  readonly state: 'control-plane' | 'worker' | 'loadbalancer';
  /** It is a node already: what only a new one must have is not asked for. */
  readonly joined: boolean;
  readonly node_name: string;
  readonly node_ip: string;
  readonly resolv_conf: string;
  readonly container_runtime: string;
  readonly cni_plugin: string;
  readonly firewall_ready: boolean;
  readonly minimum_disk_mb: number;
  readonly minimum_inodes: number;
  readonly virtual_ip: string;
  readonly repositories: readonly { readonly name: string; readonly url: string }[];
}

interface Look {
  readonly about: string;
  /** Only before the host has joined: a node that works has proved it. */
  readonly onlyNew?: true;
  /** Of nodes alone, not of load balancers. */
  readonly onlyNodes?: true;
  /** Told, and not refused: it may be as it should. */
  readonly warns?: true;
  /** What is wrong, and what to do; undefined where nothing is. */
  find(host: Host, wanted: Wanted): readonly [wrong: string, next: string] | undefined;
}

/** What is looked at on each host before the first change. A new look is a row here, and what it reads in host.ts. */
export const looks: readonly Look[] = [
  {
    about: 'kernel',
    find: ({ kernel }) =>
      isOlder(kernel, 4, 19)
        ? [`the kernel ${kernel} is too old: Kubernetes needs 4.19`, 'upgrade the system of the host']
        : undefined,
  },
  {
    about: 'architecture',
    onlyNodes: true,
    find: ({ architecture }) =>
      architecture === '' || ['amd64', 'arm64', 'ppc64el', 's390x'].includes(architecture)
        ? undefined
        : [`there is no Kubernetes for ${architecture}`, 'use a host of amd64 or arm64'],
  },
  {
    about: 'addresses',
    find: (_, { node_ip }) =>
      node_ip.includes(':')
        ? [
            `node_ip is ${node_ip}: these roles build clusters on IPv4 alone`,
            'set node_ip to an IPv4 address of the host',
          ]
        : undefined,
  },
  {
    about: 'nameserver',
    onlyNodes: true,
    find({ resolver: { file, nameservers } }, { resolv_conf }) {
      if (resolv_conf !== '') return undefined;
      const next = `put a nameserver that the pods can reach into ${file}, or name another file in kubelet_resolv_conf`;
      if (nameservers.length === 0) return [`${file} names no nameserver: CoreDNS could not start`, next];
      const own = nameservers.find((address) => address.startsWith('127.') || address === '::1');
      return own === undefined
        ? undefined
        : [`${file} names the nameserver ${own}: CoreDNS would ask itself, and end`, next];
    },
  },
  {
    about: 'other Kubernetes',
    onlyNodes: true,
    find: ({ distributions }) =>
      distributions.length === 0
        ? undefined
        : [
            `${distributions.join(' and ')} is on the host, with the same ports and folders`,
            'uninstall it first (k3s-uninstall.sh, k0s reset, rke2-uninstall.sh, snap remove --purge microk8s)',
          ],
  },
  {
    about: 'other runtimes',
    onlyNew: true,
    onlyNodes: true,
    find({ packages }, { container_runtime }) {
      const others = packages.filter((name) => conflicts[container_runtime]?.includes(name));
      return others.length === 0
        ? undefined
        : [
            `${others.join(' and ')} is installed, in conflict with ${container_runtime}`,
            `remove it (apt-get remove ${others.join(' ')}), or set containerd_package to the one that it needs`,
          ];
    },
  },
  {
    about: 'firewall',
    onlyNew: true,
    find: ({ firewalls }, { state, firewall_ready }) =>
      firewalls.length === 0 || firewall_ready
        ? undefined
        : [
            `a firewall is on (${firewalls.join(', ')})`,
            `open ${ports[state]}, then set preflight_firewall_ready: true; or turn it off`,
          ],
  },
  {
    about: 'networks of others',
    onlyNodes: true,
    find({ networks }, { cni_plugin }) {
      const others = cni_plugin === 'none' ? [] : networks.filter((name) => isNetwork(name) && !isOurs(name));
      return others.length === 0
        ? undefined
        : [
            `/etc/cni/net.d has ${others.join(' and ')} of another pod network, and containerd takes the first`,
            `remove ${others.map((name) => `/etc/cni/net.d/${name}`).join(' and ')}`,
          ];
    },
  },
  {
    about: 'devices of an earlier cluster',
    onlyNew: true,
    onlyNodes: true,
    warns: true,
    find: ({ devices }) =>
      devices.length === 0
        ? undefined
        : [
            `${devices.join(', ')} is left of an earlier cluster`,
            `if pods get no addresses: ${devices.map((name) => `ip link delete ${name}`).join('; ')}`,
          ],
  },
  {
    about: '/etc/hosts',
    find: ({ cloudInit }) =>
      cloudInit?.managesHosts
        ? [
            'cloud-init writes /etc/hosts anew at each boot: the name of the API would be gone',
            "set manage_etc_hosts: false (echo 'manage_etc_hosts: false' > /etc/cloud/cloud.cfg.d/99-hosts.cfg)",
          ]
        : undefined,
  },
  {
    about: 'host name',
    find: ({ cloudInit }, { node_name }) =>
      cloudInit && !cloudInit.keepsName && cloudInit.name.toLowerCase() !== node_name.toLowerCase()
        ? [
            `cloud-init would name the host ${cloudInit.name} again at its next boot, not ${node_name}`,
            "set preserve_hostname: true (echo 'preserve_hostname: true' > /etc/cloud/cloud.cfg.d/99-hostname.cfg), or name it so in the inventory",
          ]
        : undefined,
  },
  {
    about: 'disk',
    onlyNew: true,
    onlyNodes: true,
    find: ({ freeMegabytes }, { minimum_disk_mb }) =>
      freeMegabytes < minimum_disk_mb
        ? [
            `/var/lib has ${freeMegabytes} MB free, of ${minimum_disk_mb} MB that a node needs`,
            'free some, or lower preflight_minimum_disk_mb',
          ]
        : undefined,
  },
  {
    about: 'inodes',
    onlyNew: true,
    onlyNodes: true,
    find: ({ inodes }, { minimum_inodes }) =>
      inodes.all > 0 && inodes.free < minimum_inodes
        ? [
            `/var/lib has ${inodes.free} free inodes, of ${minimum_inodes} that a node needs`,
            'free some (many small files use them up), or lower preflight_minimum_inodes',
          ]
        : undefined,
  },
  {
    about: 'package sources',
    onlyNodes: true,
    find({ sources }, { repositories }) {
      for (const { name, url } of repositories) {
        const own = `/etc/apt/sources.list.d/${name}.sources`;
        const plain = url.replace(/\/+$/, '');
        const other = sources.find((source) => source.url === plain && source.file !== own);
        if (url !== '' && other)
          return [
            `${other.file} lists ${plain} already${other.key === '' ? '' : ` with the key ${other.key}`}, and the roles write it to ${own}: apt refuses two keys for one repository`,
            `remove that entry from ${other.file}`,
          ];
      }
      return undefined;
    },
  },
  {
    about: 'virtual address',
    find({ networksOf }, { state, virtual_ip, node_ip }) {
      if (state !== 'loadbalancer' || virtual_ip === '') return undefined;
      const own = networksOf.find((network) => network.split('/')[0] === node_ip);
      return own === undefined || isWithin(virtual_ip, own)
        ? undefined
        : [
            `the virtual address ${virtual_ip} is not in the network of ${own}: the load balancers cannot announce it`,
            'set loadbalancer_virtual_ip to a free address of that network',
          ];
    },
  },
];

const ports = {
  'control-plane': '6443, 2379-2380, 10250, 10257 and 10259/tcp and 8472/udp to the other hosts',
  worker: '10250 and 30000-32767/tcp and 8472/udp to the other hosts',
  loadbalancer: 'the port of the API, and VRRP (protocol 112) between load balancers',
} as const;

/** What cannot be installed beside the package of a container runtime. */
const conflicts: Readonly<Record<string, readonly string[]>> = {
  'containerd.io': ['containerd', 'docker.io', 'moby-engine'],
  containerd: ['containerd.io', 'docker-ce', 'moby-engine'],
};

const isNetwork = (file: string): boolean => /\.(conf|conflist|json)$/.test(file);
const isOurs = (file: string): boolean => ['10-flannel.conflist', '10-bridge.conflist'].includes(file);

function isOlder(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(/[.-]/).map(Number);
  return a < major || (a === major && b < minor);
}

/** Whether an address is in the network of another with a prefix length; both IPv4. */
function isWithin(address: string, network: string): boolean {
  const [base = '', length = '32'] = network.split('/');
  const mask = length === '0' ? 0 : (-1 << (32 - Number(length))) >>> 0;
  return (numberOf(address) & mask) >>> 0 === (numberOf(base) & mask) >>> 0;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
