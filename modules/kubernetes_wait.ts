import { TaskFailure } from '../engine/contract/failure.ts';
import { type Difference, defineModule } from '../engine/contract/module.ts';
import { type Cluster, clusterProbe } from './probes/cluster.ts';

export default defineModule({
  name: 'kubernetes_wait',
  summary: 'Waits until nodes are Ready, as the control plane that it runs on sees them',
  nature: 'wait',
  shared: true,
  args: {
    type: 'object',
    required: ['nodes'],
    properties: {
      nodes: { type: 'array', items: { type: 'string' }, description: 'Names of the nodes.' },
      timeout: { type: 'integer', minimum: 1, default: 300, description: 'Seconds to wait at most.' },
    },
  },
  examples: [
    `- name: Wait until the nodes are Ready
  kubernetes_wait: { nodes: [master-1, worker-1], timeout: 120 }
`,
  ],

  async check(args, host) {
    return { present: undefined, differences: missing(await host.read(clusterProbe), args.nodes) };
  },

  async change(args, _found, host) {
    const end = Date.now() + args.timeout * 1000;
    for (;;) {
      const left = missing(await host.readNow(clusterProbe), args.nodes);
      if (left.length === 0) return;
      if (Date.now() >= end)
        throw new TaskFailure(`after ${args.timeout} s: ${left.map(({ what, from }) => `${what} is ${from ?? 'not in the cluster'}`).join(', ')}`, {
          hint: 'a node without a pod network stays NotReady: look at /etc/cni/net.d and `journalctl -u kubelet` there',
        });
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  },
});

function missing(cluster: Cluster, names: readonly string[]): Difference[] {
  if (!cluster.answers) return [{ what: 'API server', from: `no answer: ${cluster.why}`, to: 'ready' }];
  return names
    .map((name) => ({ name, node: cluster.nodes.find((n) => n.name === name) }))
    .filter(({ node }) => !node?.ready)
    .map(({ name, node }) => ({ what: `node ${name}`, from: node ? 'NotReady' : null, to: 'Ready' }));
}
