import { join } from 'node:path';
import type { DebPackage } from './deb.ts';
import { criToolsVersion, version } from './recipe.ts';
import { kubeadmDropIn, kubeletUnit, reloadUnits, stopKubelet } from './units.ts';

/** Debian's own plugins, by the names that they have in /usr/lib/cni. */
const cniPlugins =
  'bandwidth bridge dhcp firewall host-device host-local ipvlan loopback macvlan portmap ptp sbr static tuning vlan vrf';

const systemd = 'usr/lib/systemd/system';

/** Names, versions and dependencies as in the community's repository, so that the roles cannot tell the difference. */
export const debPackages = (binaries: string): DebPackage[] => [
  {
    name: 'kubeadm',
    version: `${version}-1.1`,
    summary: 'Kubernetes: the tool that makes clusters',
    depends: ['kubelet (>= 1.19.0)', 'kubectl (>= 1.19.0)', 'kubernetes-cni (>= 1.1.1)', 'cri-tools (>= 1.19.0)'],
    entries: {
      'usr/bin/kubeadm': { copy: join(binaries, 'kubeadm') },
      [`${systemd}/kubelet.service.d/10-kubeadm.conf`]: { text: kubeadmDropIn },
    },
    scripts: { postinst: reloadUnits, postrm: reloadUnits },
  },
  {
    name: 'kubelet',
    version: `${version}-1.1`,
    summary: 'Kubernetes: the agent on each node',
    depends: [
      'iptables (>= 1.4.21)',
      'kubernetes-cni (>= 1.1.1)',
      'conntrack',
      'ebtables',
      'ethtool',
      'iproute2',
      'mount',
      'socat',
      'util-linux',
    ],
    entries: {
      'usr/bin/kubelet': { copy: join(binaries, 'kubelet') },
      [`${systemd}/kubelet.service`]: { text: kubeletUnit },
      'etc/kubernetes/manifests': 'folder',
      'var/lib/kubelet': 'folder',
    },
    scripts: { postinst: reloadUnits, prerm: stopKubelet, postrm: reloadUnits },
  },
  {
    name: 'kubectl',
    version: `${version}-1.1`,
    summary: 'Kubernetes: the command line client',
    depends: [],
    entries: { 'usr/bin/kubectl': { copy: join(binaries, 'kubectl') } },
  },
  {
    name: 'kubernetes-cni',
    version: '1.1.1-1.1',
    summary: "Kubernetes: network plugins, here Debian's own under the path that Kubernetes expects",
    depends: ['containernetworking-plugins'],
    entries: Object.fromEntries(
      cniPlugins.split(' ').map((name) => [`opt/cni/bin/${name}`, { link: `/usr/lib/cni/${name}` }]),
    ),
  },
  {
    name: 'cri-tools',
    version: `${criToolsVersion}-1.1`,
    summary: 'Kubernetes: crictl, as far as kubeadm and the roles use it',
    depends: [],
    entries: { 'usr/bin/crictl': { copy: join(binaries, 'crictl') } },
  },
];
