import { type Binary, version } from './recipe.ts';

export interface ImageRecipe {
  readonly name: string;
  readonly tag: string;
  /** Debian packages whose files (and whose dependencies' files) are in the image. */
  readonly packages?: readonly string[];
  /** Compiled files, by the path in the image. */
  readonly files?: Readonly<Record<string, Binary>>;
  /** Links to make, by their path in the image. */
  readonly links?: Readonly<Record<string, string>>;
  /** A busybox gets a link for each of its commands. */
  readonly busybox?: true;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}

const component = (name: Binary): ImageRecipe => ({
  name,
  tag: `v${version}`,
  files: { [`usr/local/bin/${name}`]: name },
  entrypoint: [name],
});

// iptables over nftables, as on the hosts: a newer kernel may have no legacy NAT table at all.
const iptablesNames = [
  'iptables',
  'iptables-restore',
  'iptables-save',
  'ip6tables',
  'ip6tables-restore',
  'ip6tables-save',
];

/** What `kubeadm config images list` asks for under k8s.gcr.io (all but CoreDNS), and one image that tests run. */
export const images: readonly ImageRecipe[] = [
  component('kube-apiserver'),
  component('kube-controller-manager'),
  component('kube-scheduler'),
  {
    ...component('kube-proxy'),
    packages: ['conntrack', 'ipset', 'iptables', 'kmod'],
    links: Object.fromEntries(iptablesNames.map((name) => [`usr/sbin/${name}`, 'xtables-nft-multi'])),
  },
  { name: 'etcd', tag: '3.4.13-0', packages: ['etcd-client', 'etcd-server'], entrypoint: ['etcd'] },
  { name: 'pause', tag: '3.2', files: { pause: 'pause' }, entrypoint: ['/pause'] },
  { name: 'lab/busybox', tag: '1', packages: ['busybox-static'], busybox: true, command: ['sh'] },
];
