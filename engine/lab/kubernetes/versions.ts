import { LabError } from '../run.ts';

/** A Kubernetes that the lab can make, with the versions of what its kubeadm asks for. */
export interface Release {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
}

/** A new version is a row here, and a folder in go/ for each component whose version has none yet. */
export const RELEASES: readonly Release[] = [
  { kubernetes: '1.35.4', etcd: '3.6.6', coredns: '1.13.1', pause: '3.10.1' },
  { kubernetes: '1.36.3', etcd: '3.6.8', coredns: '1.14.2', pause: '3.10.2' },
  { kubernetes: '1.37.2', etcd: '3.7.0', coredns: '1.14.6', pause: '3.10.2' },
];

/** The version of an inventory that names none: the roles' default. */
export const DEFAULT_VERSION = '1.36.3';

/** What every release is made with. */
export const CONTAINERD = '2.3.7';
export const CRI_TOOLS = '1.36.0';
export const CNI_PLUGINS = '1.10.0';
/** The flannel plugin has left the others' module; this is the last that has it. */
export const CNI_FLANNEL = '0.9.1';
export const FLANNEL = '0.28.10';
/** The tag that flannel's manifest has for the image of its plugin. */
export const FLANNEL_PLUGIN_TAG = 'v1.9.1-flannel3';

/** `1.36` of `1.36.3`. */
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

export function releaseOf(version: string): Release {
  const release = RELEASES.find(({ kubernetes }) => kubernetes === version);
  if (release) return release;
  const known = RELEASES.map(({ kubernetes }) => kubernetes).join(', ');
  throw new LabError(
    `the lab cannot make Kubernetes ${version}: it makes ${known}\nnext: set kubernetes_version to one of these in the inventory`,
  );
}
