import type { Arguments } from '../../../engine/module/schema.ts';
import { nodeNameOf } from '../cluster.ts';

const texts = { type: 'object', additionalProperties: { type: 'string' }, default: {} } as const;

export const schema = {
  type: 'object',
  required: ['state', 'node_name'],
  properties: {
    state: {
      enum: ['init', 'control-plane', 'worker', 'absent'],
      description:
        '`init`: a control plane that creates the cluster if none of `via` has one, and otherwise joins it; `control-plane`, `worker`: joins; `absent`: leaves the cluster and is reset.',
    },
    node_name: { type: 'string', description: 'Name of the Node; for control planes, the inventory name.' },
    node_ip: { type: 'string', default: '', description: 'Address at which the other nodes reach the host.' },
    endpoint: {
      type: 'string',
      default: '',
      description: '`name:port` of the API for all nodes (the load balancer). Required to join.',
    },
    via: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description:
        'Inventory names of the other control planes; the cluster is read and changed through the first that responds, even one outside --limit.',
    },
    config: {
      type: 'string',
      format: 'template-file',
      description: "Template of kubeadm's InitConfiguration and ClusterConfiguration; needed by `init`.",
    },
    cri_socket: {
      type: 'string',
      default: 'unix:///run/containerd/containerd.sock',
      description: "The container runtime's socket.",
    },
    kubelet_extra_args: {
      ...texts,
      description: 'Command-line arguments of the kubelet of a joining node, without dashes.',
    },
    labels: {
      ...texts,
      description:
        'Labels of the Node; others are left alone. Set through a control plane, because a kubelet may not set every label itself.',
    },
    ignore_preflight_errors: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description: "Checks of kubeadm whose errors are warnings. 'all' is refused: it hides the errors that matter.",
    },
    skip_phases: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description: 'Phases of `kubeadm init` to skip, e.g. `addon/coredns`.',
    },
    snapshot_dir: {
      type: 'string',
      default: '/var/backups/etcd',
      description: 'Folder on a control plane for the snapshot of etcd that is taken before a control plane joins.',
    },
    whole_cluster: {
      type: 'boolean',
      default: false,
      description: 'With `absent`: remove the whole cluster; nothing is drained and no quorum is kept.',
    },
    timeout_seconds: { type: 'integer', minimum: 60, default: 900, description: 'Timeout of one init or join.' },
    wait_seconds: {
      type: 'integer',
      minimum: 0,
      default: 180,
      description: 'How long to wait for the node to be complete afterward.',
    },
  },
} as const;

export type KubeadmArguments = Arguments<typeof schema>;

/** `v1.20.2` and `1.20.2` as [1, 20]. */
function minorOf(version: string): readonly [number, number] {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version.trim()) ?? [];
  return [Number(major ?? Number.NaN), Number(minor ?? Number.NaN)];
}

export type ApiVersion = 'v1beta2' | 'v1beta3' | 'v1beta4';

/** The newest configuration that a kubeadm reads; undefined where it is older than all that are known here. */
export function apiVersionOf(kubeadm: string): ApiVersion | undefined {
  const [major, minor] = minorOf(kubeadm);
  if (major !== 1) return undefined;
  return minor >= 31 ? 'v1beta4' : minor >= 22 ? 'v1beta3' : minor >= 15 ? 'v1beta2' : undefined;
}

/** The name of a Node is a subdomain by RFC 1123; upper case is lowered by kubeadm itself. */
export function badNodeName(name: string): string[] {
  const valid =
    name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(nodeNameOf(name));
  return valid
    ? []
    : [
        `node_name '${name}' cannot be the name of a Node: letters, digits, '-' and '.' are allowed, with a letter or digit at both ends`,
      ];
}
