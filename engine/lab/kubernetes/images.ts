import { FLANNEL, FLANNEL_PLUGIN_TAG, type Release } from './versions.ts';

/** All times in packages and images are this one, so that the same recipe gives the same bytes. */
export const EPOCH = Date.UTC(2026, 0, 1) / 1000;

/** Where a layer has a compiled program, by its path: the component, the program, or a link to a path. */
export type LayerEntry = readonly [component: string, program: string] | { readonly link: string };

/** Layers by name; `tools` is Debian's. Images that name the same layer share its bytes. */
export type LayerName = 'tools' | 'kubernetes' | 'etcd' | 'coredns' | 'pause' | 'flannel' | 'cni-flannel';

export interface ImageRecipe {
  readonly name: string;
  readonly tag: string;
  /** The lowest first. */
  readonly layers: readonly LayerName[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}

/** Debian's packages in the layer `tools`: what images have beside their own program. */
export const TOOLS = [
  'bash',
  'conntrack',
  'coreutils',
  'curl',
  'dash',
  'grep',
  'iproute2',
  'ipset',
  'iptables',
  'iputils-ping',
  'kmod',
  'libc-bin',
  'netcat-openbsd',
  'nftables',
  'procps',
  'sed',
];

// iptables over nftables, as on the hosts: a newer kernel may have no legacy NAT table at all.
const iptables = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-restore`, `${name}-save`]);

export const TOOLS_LINKS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(iptables.map((name) => [`usr/sbin/${name}`, 'xtables-nft-multi'])),
  'usr/bin/nc': 'nc.openbsd',
  'usr/bin/sh': 'dash',
};

const inControlPlane = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'] as const;
const bin = 'usr/local/bin';

export const LAYERS: Readonly<Record<Exclude<LayerName, 'tools'>, Readonly<Record<string, LayerEntry>>>> = {
  kubernetes: {
    [`${bin}/kubernetes`]: ['kubernetes', 'kubernetes'],
    ...Object.fromEntries(inControlPlane.map((name) => [`${bin}/${name}`, { link: 'kubernetes' }])),
  },
  etcd: Object.fromEntries(['etcd', 'etcdctl', 'etcdutl'].map((name) => [`${bin}/${name}`, ['etcd', name] as const])),
  coredns: { coredns: ['coredns', 'coredns'] },
  pause: { pause: ['pause', 'pause'] },
  flannel: { 'opt/bin/flanneld': ['flannel', 'flanneld'], 'opt/bin/install-conf': ['flannel', 'install-conf'] },
  'cni-flannel': { flannel: ['cni-flannel', 'flannel'] },
};

/** What `kubeadm config images list` asks for, what flannel's manifest asks for, and one with tools for tests. */
export const imagesOf = ({ kubernetes, etcd, coredns, pause }: Release): readonly ImageRecipe[] => [
  ...inControlPlane.map((name) => ({
    name,
    tag: `v${kubernetes}`,
    layers: name === 'kube-proxy' ? (['tools', 'kubernetes'] as const) : (['kubernetes'] as const),
    entrypoint: [name],
  })),
  { name: 'etcd', tag: `${etcd}-0`, layers: ['etcd'], entrypoint: ['etcd'] },
  { name: 'coredns/coredns', tag: `v${coredns}`, layers: ['coredns'], entrypoint: ['/coredns'] },
  { name: 'pause', tag: pause, layers: ['pause'], entrypoint: ['/pause'] },
  {
    name: 'flannel-io/flannel',
    tag: `v${FLANNEL}`,
    layers: ['tools', 'flannel'],
    entrypoint: ['/opt/bin/flanneld'],
  },
  { name: 'flannel-io/flannel-cni-plugin', tag: FLANNEL_PLUGIN_TAG, layers: ['tools', 'cni-flannel'] },
  { name: 'lab/tools', tag: '1', layers: ['tools'], command: ['sh'] },
];
