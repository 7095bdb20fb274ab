import type { DebPackage } from './deb.ts';
import {
  containerdConfig,
  containerdUnit,
  kubeadmDropIn,
  kubeletUnit,
  reloadUnits,
  startContainerd,
  stopContainerd,
  stopKubelet,
} from './units.ts';
import { CNI_PLUGINS, CONTAINERD, CRI_TOOLS, type Release } from './versions.ts';

/** The place of a compiled program. */
export type Programs = (component: string, program: string) => string;

const systemd = 'usr/lib/systemd/system';
const cniPlugins =
  'bandwidth bridge dhcp dummy firewall host-device host-local ipvlan loopback macvlan portmap ptp sbr static tap tuning vlan vrf'.split(
    ' ',
  );

/** Names, versions and dependencies as in the community's repository, so that the roles cannot tell the difference. */
export function kubernetesPackages({ kubernetes }: Release, programs: Programs): DebPackage[] {
  // One package of its own for each version: kubeadm is upgraded before the kubelet, so the two share no file.
  const shared = `kubernetes-programs-${kubernetes}`;
  const all = `usr/lib/kubernetes/${kubernetes}/kubernetes`;
  const homepage = 'https://kubernetes.io';
  const version = `${kubernetes}-1.1`;
  return [
    {
      name: shared,
      version,
      homepage,
      summary: `Kubernetes ${kubernetes}: the program that its commands are links to`,
      depends: [],
      entries: { [all]: { copy: programs('kubernetes', 'kubernetes') } },
    },
    {
      name: 'kubeadm',
      version,
      homepage,
      summary: 'Kubernetes: the tool that makes clusters',
      depends: [shared, 'cri-tools (>= 1.30.0)'],
      entries: {
        'usr/bin/kubeadm': { link: `/${all}` },
        [`${systemd}/kubelet.service.d/10-kubeadm.conf`]: { text: kubeadmDropIn },
      },
      scripts: { postinst: reloadUnits, postrm: reloadUnits },
    },
    {
      name: 'kubelet',
      version,
      homepage,
      summary: 'Kubernetes: the agent on each node',
      depends: [
        shared,
        'iptables (>= 1.4.21)',
        'kubernetes-cni (>= 1.2.0)',
        'conntrack',
        'ethtool',
        'iproute2',
        'mount',
        'socat',
        'util-linux',
      ],
      entries: {
        'usr/bin/kubelet': { link: `/${all}` },
        [`${systemd}/kubelet.service`]: { text: kubeletUnit },
        'etc/kubernetes/manifests': 'folder',
        'var/lib/kubelet': 'folder',
      },
      scripts: { postinst: reloadUnits, prerm: stopKubelet, postrm: reloadUnits },
    },
    {
      name: 'kubectl',
      version,
      homepage,
      summary: 'Kubernetes: the command line client',
      depends: [shared],
      entries: { 'usr/bin/kubectl': { link: `/${all}` } },
    },
    {
      name: 'kubernetes-cni',
      version: `${CNI_PLUGINS}-1.1`,
      homepage,
      summary: 'Kubernetes: network plugins',
      depends: [],
      entries: Object.fromEntries(cniPlugins.map((name) => [`opt/cni/bin/${name}`, { copy: programs('cni', name) }])),
    },
    {
      name: 'cri-tools',
      version: `${CRI_TOOLS}-1.1`,
      homepage,
      summary: 'Kubernetes: crictl, the command line client of container runtimes',
      depends: [],
      entries: { 'usr/bin/crictl': { copy: programs('crictl', 'crictl') } },
    },
  ];
}

/** containerd as Docker's repository has it, with Debian's runc in place of one of its own. */
export const containerdPackage = (programs: Programs): DebPackage => ({
  name: 'containerd.io',
  version: `${CONTAINERD}-1`,
  homepage: 'https://containerd.io',
  summary: 'the container runtime containerd',
  depends: ['runc'],
  conflicts: ['containerd'],
  entries: {
    ...Object.fromEntries(
      ['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => [
        `usr/bin/${name}`,
        { copy: programs('containerd', name) },
      ]),
    ),
    [`${systemd}/containerd.service`]: { text: containerdUnit },
    'etc/containerd/config.toml': { text: containerdConfig },
  },
  conffiles: ['etc/containerd/config.toml'],
  scripts: { postinst: startContainerd, prerm: stopContainerd, postrm: reloadUnits },
});
