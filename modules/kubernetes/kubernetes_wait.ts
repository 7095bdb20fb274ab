import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { fresh } from '../../engine/module/read-only.ts';
import { type Cluster, type ClusterAnswer, clusterProbe, nodeNameOf, ownKubectl } from './cluster.ts';
import { Patience } from './patience.ts';
import { describe, nameOf, onHostNetwork, podsOf, type Trouble, wordsProbe } from './pods.ts';

export const kubernetes_wait = defineModule({
  name: 'kubernetes_wait',
  summary: 'Waits until nodes are Ready, as a control plane sees them; fails at once where waiting cannot help.',
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
      differences: missing((await ask(args.via, host)).cluster, args.nodes),
    };
  },

  async change(args, _found, host) {
    const end = performance.now() + args.timeout * 1000;
    const patience = new Patience();
    let waitedFor = '';
    for (;;) {
      const { cluster, reader } = await ask(args.via, fresh(host));
      const left = missing(cluster, args.nodes);
      if (left.length === 0) return waitedFor === '' ? undefined : { message: `waited for: ${waitedFor}` };
      const over = performance.now() >= end;
      const pods =
        reader && cluster.answers ? await explain(unready(cluster, args.nodes), reader, patience) : undefined;
      waitedFor = [
        ...left.map(({ what, from }) => `${what} is ${from ?? 'not in the cluster'}`),
        ...(pods?.lines ?? []),
      ].join('\n');
      if (pods?.lost !== undefined)
        throw new TaskFailure(`waiting cannot help (${pods.lost}): ${waitedFor}`, {
          hint: 'mend that, then run again',
        });
      if (over)
        throw new TaskFailure(`after ${args.timeout} s: ${waitedFor}`, {
          hint: 'on the node itself: `journalctl -u kubelet -n 50`; a node without a pod network stays NotReady (/etc/cni/net.d)',
        });
      await sleep(2000, undefined, { signal: host.signal });
    }
  },
});

/** Which pods of these nodes are in the way, and whether they always will be. */
async function explain(
  nodes: readonly string[],
  reader: Reader,
  patience: Patience,
): Promise<{ readonly lines: readonly string[]; readonly lost?: string }> {
  // At most ten for each look: the others have the same reasons.
  const troubles = (await Promise.all(nodes.map((name) => reader.read(podsOfNode(name))))).flat().slice(0, 10);
  const told = await Promise.all(
    troubles.map(async (trouble) => [trouble, await reader.read(wordsProbe(trouble))] as const),
  );
  const lost = patience.firstLost(told);
  return {
    lines: told.map(([trouble, words]) => `${nameOf(trouble)}: ${describe(trouble, words)}`),
    ...(lost !== undefined && { lost }),
  };
}

/** What is wrong with the pods that can keep a node from being Ready; [] where the API does not say. */
function podsOfNode(node: string): Probe<readonly Trouble[]> {
  return {
    key: `cluster:pods-of:${node}`,
    volatile: true,
    shared: true,
    script: `${ownKubectl}date +%s; ${sh`own get --raw ${`/api/v1/pods?fieldSelector=spec.nodeName=${node}`}`}`,
    parse(out) {
      const at = out.stdout.indexOf('\n');
      return out.code === 0
        ? podsOf([out.stdout.slice(at + 1)], Number(out.stdout.slice(0, at)), onHostNetwork).troubles
        : [];
    },
  };
}

/** Of these nodes, those that have joined and are not Ready, by their Nodes' names. */
function unready({ nodes }: ClusterAnswer, names: readonly string[]): string[] {
  return nodes.filter(({ name, ready }) => !ready && names.map(nodeNameOf).includes(name)).map(({ name }) => name);
}

async function ask(
  via: readonly string[],
  host: Reader,
): Promise<{ readonly cluster: Cluster; readonly reader?: Reader }> {
  const silent: string[] = [];
  for (const name of via) {
    try {
      const reader = host.on(name);
      const cluster = await reader.read(clusterProbe);
      if (cluster.answers) return { cluster, reader };
      silent.push(`${name}: ${cluster.why}`);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'Unreachable') throw error;
      silent.push(`${name}: ${error.message}`);
    }
  }
  if (via.length > 0) return { cluster: { answers: false, why: silent.join('; ') } };
  const cluster = await host.read(clusterProbe);
  return { cluster, ...(cluster.answers && { reader: host }) };
}

function missing(cluster: Cluster, names: readonly string[]): Difference[] {
  if (!cluster.answers) return [{ what: 'API server', from: `no answer: ${cluster.why}`, to: 'ready' }];
  return names
    .map((name) => ({ name, node: cluster.nodes.find((n) => n.name === nodeNameOf(name)) }))
    .filter(({ node }) => !node?.ready)
    .map(({ name, node }) => ({
      what: `node ${name}`,
      from: node ? `NotReady${node.why === '' ? '' : ` (${node.why})`}` : null,
      to: 'Ready',
    }));
}
