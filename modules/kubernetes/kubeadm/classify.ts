import type { ClusterAnswer, NodeFiles } from '../cluster.ts';
import { type Evidence, having, isBare, memberOf, nodeOf, refuse, type Verdict } from './evidence.ts';
import { stranger } from './stranger.ts';

/** What state a node is in and what to do about it. The decision depends only on the evidence. */
export function classify(e: Evidence): Verdict {
  const verdict = stranger(e) ?? (e.cluster ? inCluster(e, e.cluster) : withoutCluster(e));
  if (!e.node.busy || verdict.action === 'none' || verdict.action === 'refuse') return verdict;
  return { state: 'busy', action: 'wait', why: `a kubeadm is at work on this host (${verdict.state}: ${verdict.why})` };
}

/** A control plane about which etcd need not be asked: a local API server that is ready has a started voter behind it. */
export function isComplete(e: Evidence): boolean {
  const has = having(e.node);
  const joined = has('kubeletConf') && nodeOf(e) !== undefined;
  if (e.role === 'worker') return joined;
  return joined && has('apiManifest') && isReady(e) && isMarked(e);
}

/** The files of a host were read before its own API server answered for the cluster: the later of the two counts. */
function isReady({ node, cluster }: Evidence): boolean {
  return node.readyz === 'ok' || cluster?.own === true;
}

function withoutCluster(e: Evidence): Verdict {
  const silence = e.silent.map(({ host, why }) => `${host}: ${why}`).join('; ');
  const used = e.silent.filter(({ bare }) => !bare).map(({ host }) => host);
  if (e.role === 'worker') return refuse('down', `no control plane answers (${silence})`);
  if (isBare(e.node)) {
    if (used.length > 0)
      return refuse('down', `no control plane answers, but ${used.join(', ')} has files of a cluster (${silence})`);
    if (!e.founds) return refuse('down', `no control plane has a cluster yet (${silence})`);
    return { state: 'absent', action: 'init', why: 'no control plane has a cluster' };
  }
  // Until `init` has given the kubelet its certificate, there has been no token: nobody can have joined.
  if (e.founds && used.length === 0 && !e.node.rotated)
    return { state: 'dead-init', action: 'reinit', why: halfInit(e) };
  const why = `this control plane's API server does not answer: ${e.node.readyz ?? 'its manifest or admin.conf is missing'}`;
  // It may just be starting, as after a reboot.
  const starting = e.node.readyz !== null && ['active', 'activating'].includes(e.node.kubelet);
  return starting ? { state: 'ill', action: 'wait', why } : refuse('down', why);
}

function inCluster(e: Evidence, cluster: NonNullable<Evidence['cluster']>): Verdict {
  const { node } = e;
  const object = nodeOf(e);
  if (isBare(node)) {
    if (object)
      return {
        state: 'stale',
        action: 'rejoin',
        why: `the cluster has a Node '${e.name}', this host has nothing of it`,
      };
    if (memberOf(e))
      return {
        state: 'stale',
        action: 'rejoin',
        why: `etcd has a member for '${e.name}', this host has nothing of it`,
      };
    return { state: 'absent', action: 'join', why: `a cluster answers through ${cluster.through}` };
  }
  return e.role === 'worker' ? worker(e) : controlPlane(e, cluster.answer);
}

function worker(e: Evidence): Verdict {
  const has = having(e.node);
  const object = nodeOf(e);
  if (!has('kubeletConf') && isWorking(e))
    return {
      state: 'ill',
      action: 'wait',
      why: 'the kubelet works and its Node is Ready, but kubelet.conf is missing',
    };
  if (!has('kubeletConf'))
    return { state: 'half-join', action: 'rejoin', why: `a join has stopped half way (${list(e.node)})` };
  if (!object)
    return { state: 'stale', action: 'rejoin', why: `the kubelet has joined, but the cluster has no Node '${e.name}'` };
  if (!has('bootstrapConf')) return complete(e);
  if (object.ready)
    return {
      state: 'leftover',
      action: 'clean',
      why: 'the node has joined; the file with its join token is still there',
    };
  return {
    state: 'half-join',
    action: 'rejoin',
    why: 'a join has stopped half way (its token file is there and the Node is not Ready)',
  };
}

function controlPlane(e: Evidence, cluster: ClusterAnswer): Verdict {
  const { node, members } = e;
  const has = having(node);
  const object = nodeOf(e);
  if (has('apiManifest') && e.founds && isReady(e)) {
    const missing = [
      ...(cluster.configuration === '' ? ['the stored configuration'] : []),
      ...(cluster.discovery ? [] : ['what new nodes find the cluster by']),
      ...(cluster.proxy || !e.proxy ? [] : ['kube-proxy']),
    ];
    if (missing.length > 0)
      return {
        state: 'half-init',
        action: 'finish-init',
        why: `the API server is ready, but an init has stopped half way: missing ${missing.join(', ')}`,
      };
  }
  if (isComplete(e)) {
    if (!has('bootstrapConf')) return complete(e);
    return {
      state: 'leftover',
      action: 'clean',
      why: 'the control plane has joined; the file with its join token is still there',
    };
  }
  const alone = e.founds && !node.rotated && cluster.nodes.every(({ name }) => name === e.name);
  // An init whose only Node is this one, and whose kubelet has no certificate of its own yet: nobody can have joined.
  if (alone && e.cluster?.own && members === null) return { state: 'dead-init', action: 'reinit', why: halfInit(e) };
  if (members === null)
    return refuse('down', `the node is half done (${list(node)}), but etcd cannot be asked for its members`);
  const member = memberOf(e);
  const votes = member !== undefined && member.name !== '' && !member.learner;
  if (object && votes && has('apiManifest') && has('kubeletConf')) {
    if (!isReady(e))
      return {
        state: 'ill',
        action: 'wait',
        why: `the API server of this host is not ready: ${node.readyz ?? 'admin.conf is missing'}`,
      };
    return { state: 'unmarked', action: 'mark', why: 'all is there but the label of a control plane' };
  }
  // It was complete once, and its pods run: only a person can know what has become of the rest.
  if (isWorking(e) && isMarked(e))
    return refuse(
      'ill',
      `the kubelet works and its Node is Ready, but ${member ? 'files of the control plane are missing' : 'etcd has no member for it'}`,
    );
  const lacks = [
    ...(object ? [] : ['no Node']),
    ...(member ? [] : ['no etcd member']),
    ...(member?.learner ? ['etcd member is still a learner'] : []),
    ...(member?.name === '' ? ['etcd member has never started'] : []),
  ];
  return {
    state: has('kubeletConf') && !object ? 'stale' : 'half-join',
    action: 'rejoin',
    why: `a join has stopped half way (${list(node)}; ${lacks.join(', ')})`,
  };
}

function complete(e: Evidence): Verdict {
  const object = nodeOf(e);
  const kubelet = e.node.kubelet === 'active' ? '' : `, its kubelet is ${e.node.kubelet}`;
  const note = object?.ready
    ? `Ready${kubelet}`
    : `joined, but NotReady${kubelet}: fix its network or its kubelet, not its membership`;
  return { state: 'complete', action: 'none', why: note };
}

/** Never to be reset: its kubelet works and the cluster counts on it. */
function isWorking(e: Evidence): boolean {
  return e.node.kubelet === 'active' && nodeOf(e)?.ready === true;
}

function list(node: NodeFiles): string {
  return `there: ${[...node.files, ...(node.torn ? ['an empty file'] : [])].join(', ')}`;
}

function halfInit(e: Evidence): string {
  return `an init has stopped half way (${list(e.node)}), its API server does not answer and no other node has joined`;
}

function isMarked(e: Evidence): boolean {
  const labels = Object.keys(nodeOf(e)?.labels ?? {});
  return labels.includes('node-role.kubernetes.io/control-plane') || labels.includes('node-role.kubernetes.io/master');
}
