import type { Arguments } from '../../../engine/module/schema.ts';

const texts = { type: 'object', additionalProperties: { type: 'string' }, default: {} } as const;

export const schema = {
  type: 'object',
  required: ['state', 'node_name'],
  properties: {
    state: {
      enum: ['init', 'control-plane', 'worker', 'absent'],
      description:
        '`init`: a control plane that makes the cluster where none of `via` has one, and joins it otherwise; `control-plane`, `worker`: joins; `absent`: leaves the cluster and is cleaned.',
    },
    node_name: { type: 'string', description: 'Name of the Node; for control planes the name in the inventory.' },
    node_ip: { type: 'string', default: '', description: 'Address of the host that the others reach it by.' },
    endpoint: {
      type: 'string',
      default: '',
      description: '`name:port` of the API for all nodes: the load balancer. Needed to join.',
    },
    via: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description:
        'Inventory names of the other control planes; the cluster is asked and written through the first that answers, even outside of --limit.',
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
        'Labels that the Node has; others are left alone. Set through a control plane: a kubelet may not set all itself.',
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
      description: 'Phases of `kubeadm init` to leave out, e.g. `addon/coredns`.',
    },
    snapshot_dir: {
      type: 'string',
      default: '/var/backups/etcd',
      description: 'Folder on a control plane for the snapshot of etcd that is taken before a control plane joins.',
    },
    whole_cluster: {
      type: 'boolean',
      default: false,
      description: 'With `absent`: the cluster itself goes, so that nothing is drained and no quorum is kept.',
    },
    timeout_seconds: { type: 'integer', minimum: 60, default: 900, description: 'How long one init or join may take.' },
    wait_seconds: {
      type: 'integer',
      minimum: 0,
      default: 180,
      description: 'How long to wait afterwards until the node is complete.',
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
