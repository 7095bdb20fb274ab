import { CNI_FLANNEL, CNI_PLUGINS, CONTAINERD, CRI_TOOLS, FLANNEL, type Release } from './versions.ts';

/** Programs that one go.mod and its go.sum pin together, byte for byte. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** The folder below go/ with go.mod and go.sum. */
  readonly folder: string;
  /** Our own main package, below go/. */
  readonly main?: string;
  /** A module that is itself the main one, with go.mod and go.sum of ours: its checksum, and imports to leave out. */
  readonly module?: { readonly path: string; readonly sum: string; readonly without: RegExp };
  /** The package of each program. */
  readonly programs: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  /** Variables that the linker sets. */
  readonly stamps?: Readonly<Record<string, string>>;
  /** Files of the module that are kept beside the programs. */
  readonly files?: Readonly<Record<string, string>>;
  /** How long it takes on two idle cores, for the first guess. */
  readonly seconds: number;
}

const plugins = (folder: string, names: string): Record<string, string> =>
  Object.fromEntries(
    names.split(' ').map((name) => [name, `github.com/containernetworking/plugins/plugins/${folder}/${name}`]),
  );

const kubernetesStamps = (version: string): Record<string, string> => {
  const [major = '', minor = ''] = version.split('.');
  const stamps = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: 'unknown',
    buildDate: '1970-01-01T00:00:00Z',
  };
  return Object.fromEntries(
    ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) =>
      Object.entries(stamps).map(([key, value]) => [`${name}.${key}`, value]),
    ),
  );
};

/** The programs of a release by component; those that take longest come first. */
export const componentsOf = ({ kubernetes, etcd, coredns }: Release): readonly Component[] => [
  {
    name: 'kubernetes',
    version: kubernetes,
    folder: `kubernetes/${kubernetes}`,
    main: 'kubernetes/main.go',
    programs: { kubernetes: '.' },
    tags: ['providerless', 'selinux_no'],
    stamps: kubernetesStamps(kubernetes),
    seconds: 480,
  },
  {
    name: 'coredns',
    version: coredns,
    folder: `coredns/${coredns}`,
    main: 'coredns/main.go',
    programs: { coredns: '.' },
    seconds: 45,
  },
  {
    name: 'containerd',
    version: CONTAINERD,
    folder: 'containerd',
    programs: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      ctr: 'github.com/containerd/containerd/v2/cmd/ctr',
    },
    stamps: { 'github.com/containerd/containerd/v2/version.Version': `v${CONTAINERD}` },
    seconds: 60,
  },
  {
    name: 'flannel',
    version: FLANNEL,
    folder: 'flannel',
    module: {
      path: 'github.com/flannel-io/flannel',
      sum: 'h1:jt+uW6XVV01MBb3YFahG7Ue9UE3W6zlNlJMf3JtdcXI=',
      // One needs a module that is no longer served, the other a C compiler.
      without: /pkg\/backend\/(tencentvpc|udp)"$/,
    },
    programs: { flanneld: '.', 'install-conf': './cmd/install_conf' },
    stamps: { 'github.com/flannel-io/flannel/pkg/version.Version': `v${FLANNEL}` },
    files: { 'kube-flannel.yml': 'Documentation/kube-flannel.yml' },
    seconds: 60,
  },
  {
    name: 'etcd',
    version: etcd,
    folder: `etcd/${etcd}`,
    programs: {
      etcd: 'go.etcd.io/etcd/server/v3',
      etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
      etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
    },
    seconds: 35,
  },
  {
    name: 'crictl',
    version: CRI_TOOLS,
    folder: 'crictl',
    programs: { crictl: 'sigs.k8s.io/cri-tools/cmd/crictl' },
    stamps: { 'sigs.k8s.io/cri-tools/pkg/version.Version': `v${CRI_TOOLS}` },
    seconds: 30,
  },
  {
    name: 'cni',
    version: CNI_PLUGINS,
    folder: 'cni',
    programs: {
      ...plugins('ipam', 'dhcp host-local static'),
      ...plugins('main', 'bridge dummy host-device ipvlan loopback macvlan ptp tap vlan'),
      ...plugins('meta', 'bandwidth firewall portmap sbr tuning vrf'),
    },
    stamps: {
      'github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion': `v${CNI_PLUGINS}`,
    },
    seconds: 20,
  },
  {
    name: 'cni-flannel',
    version: CNI_FLANNEL,
    folder: 'cni-flannel',
    programs: plugins('meta', 'flannel'),
    seconds: 3,
  },
  { name: 'pause', version: '1', folder: 'pause', main: 'pause/main.go', programs: { pause: '.' }, seconds: 1 },
];
