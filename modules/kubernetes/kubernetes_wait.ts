import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { fresh } from '../../engine/module/read-only.ts';
import { type Cluster, clusterProbe } from './cluster.ts';

export const kubernetes_wait = defineModule({
  name: 'kubernetes_wait',
  summary: 'Waits until nodes are Ready, as a control plane sees them.',
  subject: 'Kubernetes',
  nature: 'wait',
  args: {
    type: 'object',
    required: ['nodes'],
    properties: {
      nodes: { type: 'array', items: { type: 'string' }, description: 'Names of the nodes.' },
      via: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'Inventory names of control planes; the first that responds is queried. Default: the host itself.',
      },
      timeout: { type: 'integer', minimum: 1, default: 300, description: 'Maximum seconds to wait.' },
    },
  },
  examples: [
    `- name: Wait until the nodes are Ready
  kubernetes_wait: { nodes: [worker-1], via: [master-1, master-2], timeout: 120 }
`,
  ],

  async check(args, host) {
    return {
      present: undefined,
      differences: missing(await ask(args.via, host), args.nodes),
    };
  },

  async change(args, _found, host) {
    const end = performance.now() + args.timeout * 1000;
    for (;;) {
      const left = missing(await ask(args.via, fresh(host)), args.nodes);
      if (left.length === 0) return;
      if (performance.now() >= end)
        throw new TaskFailure(
          `after ${args.timeout} s: ${left.map(({ what, from }) => `${what} is ${from ?? 'not in the cluster'}`).join(', ')}`,
          {
            hint: 'a node without a pod network stays NotReady: check /etc/cni/net.d and `journalctl -u kubelet` there',
          },
        );
      await sleep(2000, undefined, { signal: host.signal });
    }
  },
});

async function ask(via: readonly string[], host: Reader): Promise<Cluster> {
  const silent: string[] = [];
  for (const name of via) {
    try {
      const cluster = await host.on(name).read(clusterProbe);
      if (cluster.answers) return cluster;
      silent.push(`${name}: ${cluster.why}`);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'Unreachable') throw error;
      silent.push(`${name}: ${error.message}`);
    }
  }
  return via.length === 0 ? await host.read(clusterProbe) : { answers: false, why: silent.join('; ') };
}

function missing(cluster: Cluster, names: readonly string[]): Difference[] {
  if (!cluster.answers) return [{ what: 'API server', from: `no answer: ${cluster.why}`, to: 'ready' }];
  return names
    .map((name) => ({ name, node: cluster.nodes.find((n) => n.name === name) }))
    .filter(({ node }) => !node?.ready)
    .map(({ name, node }) => ({ what: `node ${name}`, from: node ? 'NotReady' : null, to: 'Ready' }));
}
