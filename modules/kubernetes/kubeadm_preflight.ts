import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { badNodeName } from './kubeadm/arguments.ts';
import { refusal } from './kubeadm/explain.ts';
import { stranger } from './kubeadm/stranger.ts';
import { survey } from './kubeadm/survey.ts';

export const kubeadm_preflight = defineModule({
  name: 'kubeadm_preflight',
  summary: 'Refuses a host that cannot become the node that it is to be: of another cluster, in another role, renamed.',
  subject: 'Kubernetes',
  args: {
    type: 'object',
    required: ['state', 'node_name', 'node_ip', 'endpoint'],
    properties: {
      state: { enum: ['control-plane', 'worker'], description: 'What the host is to be.' },
      node_name: { type: 'string', description: 'Name of the Node.' },
      node_ip: { type: 'string', description: 'Address at which the other nodes reach the host.' },
      endpoint: { type: 'string', description: '`name:port` of the API for all nodes.' },
      via: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'Inventory names of the other control planes.',
      },
    },
  },
  examples: [
    `- name: Look whether the host can become this node
  kubeadm_preflight:
    state: worker
    node_name: worker-1
    node_ip: 192.0.2.20
    endpoint: k8s-api.example.net:6443
    via: [master-1, master-2]
`,
  ],

  async check(args, host) {
    for (const problem of badNodeName(args.node_name)) throw new TaskFailure(problem);
    const { evidence } = await survey({ ...args, skip_phases: [] }, host);
    const verdict = stranger(evidence);
    if (verdict) throw refusal(args.node_name, verdict);
    return { present: undefined, differences: [] };
  },
});
