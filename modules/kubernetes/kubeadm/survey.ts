import type { Reader } from '../../../engine/module/module.ts';
import { UnknownValue } from '../../../engine/module/unknown.ts';
import type { Cluster, NodeFiles } from '../cluster.ts';
import { clusterProbe, etcdProbe, nodeFilesProbe, nodeNameOf } from '../cluster.ts';
import type { KubeadmArguments } from './arguments.ts';
import { classify, isComplete } from './classify.ts';
import { type Evidence, isBare, type Verdict } from './evidence.ts';

/** A node as it was found, and what is to be done about it. */
export interface Survey {
  readonly evidence: Evidence;
  readonly verdict: Verdict;
}

/** What the survey needs to know of what is asked for. */
type Asked = Pick<KubeadmArguments, 'state' | 'node_name' | 'node_ip' | 'endpoint' | 'via' | 'skip_phases'>;

/**
 * Surveys the node and, through the first control plane that responds, the cluster. `via` are the other control
 * planes; a control plane asks itself last, so that a separate second cluster is detected.
 */
export async function survey(args: Asked, host: Reader): Promise<Survey> {
  const role = args.state === 'worker' ? 'worker' : 'control-plane';
  const self = { host: args.node_name, reader: host };
  const others = args.via.map((name) => ({ host: name, reader: host.on(name) }));
  const candidates = role === 'worker' ? others : [...others, self];
  // All in one tick: what is asked of one host is one round trip.
  const [node, first] = await Promise.all([host.read(nodeFilesProbe), candidates[0] ? ask(candidates[0]) : undefined]);

  const silent: Evidence['silent'][number][] = [];
  let cluster: Evidence['cluster'] = null;
  for (const [i, candidate] of candidates.entries()) {
    const answer = i === 0 ? first! : await ask(candidate);
    if (answer instanceof UnknownValue) {
      if (isBare(node)) return predictedJoin(args, role, node, candidate.host);
      throw answer;
    }
    if (answer.cluster.answers) {
      cluster = {
        through: candidate.host,
        own: candidate === self,
        pins: answer.node.pins,
        answer: answer.cluster,
      };
      break;
    }
    if (candidate !== self)
      silent.push({ host: candidate.host, why: answer.cluster.why, bare: answer.bare, pins: answer.node.pins });
  }

  const evidence: Evidence = { ...given(args, role), node, cluster, silent, members: null };
  // Who leaves is weighed against the whole etcd; who is complete need not be.
  const settled = args.state !== 'absent' && (role === 'worker' || isComplete(evidence));
  if (settled || !cluster) return { evidence, verdict: classify(evidence) };
  const through = candidates.find((c) => c.host === cluster.through)!;
  const whole = { ...evidence, members: await through.reader.read(etcdProbe) };
  return { evidence: whole, verdict: classify(whole) };
}

function given(args: Asked, role: Evidence['role']) {
  return {
    role,
    founds: args.state === 'init',
    name: nodeNameOf(args.node_name),
    address: args.node_ip,
    endpoint: args.endpoint,
    proxy: !args.skip_phases.some((phase) => phase === 'addon' || phase === 'addon/kube-proxy'),
  };
}

/** In check mode the cluster may be one that is only going to be: a bare host will join it all the same. */
function predictedJoin(args: Asked, role: Evidence['role'], node: NodeFiles, through: string): Survey {
  const evidence: Evidence = { ...given(args, role), node, cluster: null, silent: [], members: null };
  return {
    evidence,
    verdict: { state: 'absent', action: 'join', why: `the cluster will be made on ${through} first` },
  };
}

interface Answer {
  readonly cluster: Cluster;
  readonly node: NodeFiles;
  readonly bare: boolean;
}

async function ask({ reader }: { reader: Reader }): Promise<Answer | UnknownValue> {
  try {
    const [node, cluster] = await Promise.all([reader.read(nodeFilesProbe), reader.read(clusterProbe)]);
    return { cluster, node, bare: isBare(node) };
  } catch (error) {
    if (error instanceof UnknownValue) return error;
    // A lost control plane is what the others are there for; a host that cannot be inspected may hold a cluster.
    if (error instanceof Error && error.name === 'Unreachable')
      return { cluster: { answers: false, why: error.message }, node: nothing, bare: false };
    throw error;
  }
}

const nothing: NodeFiles = {
  files: [],
  pins: [],
  server: '',
  rotated: false,
  torn: false,
  busy: false,
  kubelet: 'unknown',
  readyz: null,
};
