import type { ClusterAnswer, EtcdMember, NodeFile, NodeFiles } from '../cluster.ts';

/** All that is known about a node that is to be in a cluster. */
export interface Evidence {
  readonly role: 'control-plane' | 'worker';
  /** Whether this host makes the cluster where no control plane has one. */
  readonly founds: boolean;
  /** Of the Node: in lower case, as the cluster knows it. */
  readonly name: string;
  readonly address: string;
  /** `name:port` that all nodes reach the API by. */
  readonly endpoint: string;
  /** Whether kube-proxy belongs to the cluster. */
  readonly proxy: boolean;
  readonly node: NodeFiles;
  /** The cluster through the first control plane that answers; null where none does. */
  readonly cluster: {
    readonly through: string;
    /** It is this host's own API server that answers. */
    readonly own: boolean;
    readonly pins: readonly string[];
    readonly answer: ClusterAnswer;
  } | null;
  /** The control planes that do not answer; `bare`: none of a cluster's files is there. */
  readonly silent: readonly {
    readonly host: string;
    readonly why: string;
    readonly bare: boolean;
    readonly pins: readonly string[];
  }[];
  /** Read only for a control plane that is not complete; null where etcd cannot be asked. */
  readonly members: readonly EtcdMember[] | null;
}

export interface Verdict {
  readonly state:
    | 'absent'
    | 'foreign'
    | 'half-init'
    | 'dead-init'
    | 'half-join'
    | 'unmarked'
    | 'leftover'
    | 'complete'
    | 'ill'
    | 'stale'
    | 'name-taken'
    | 'renamed'
    | 'busy'
    | 'other-role'
    | 'down';
  readonly action:
    | 'none'
    | 'init'
    | 'finish-init'
    | 'reinit'
    | 'join'
    | 'rejoin'
    | 'mark'
    | 'clean'
    | 'wait'
    | 'refuse';
  /** For a person: what was seen that makes it so. */
  readonly why: string;
}

/** What state a node is in and what to do about it. The decision depends only on the evidence. */
export function classify(e: Evidence): Verdict {
  const verdict = stranger(e) ?? (e.cluster ? inCluster(e, e.cluster) : withoutCluster(e));
  if (!e.node.busy || verdict.action === 'none' || verdict.action === 'refuse') return verdict;
  return { state: 'busy', action: 'wait', why: `a kubeadm is at work on this host (${verdict.state}: ${verdict.why})` };
}

export function isBare(node: NodeFiles): boolean {
  return node.files.length === 0 && !node.torn;
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

/** A host that cannot become this node without leaving a place that it has already: told before anything is changed. */
export function stranger(e: Evidence): Verdict | undefined {
  const other = foreign(e);
  if (other !== undefined) return refuse('foreign', other);
  const { node, cluster } = e;
  const has = having(node);
  if (e.role === 'worker' && has('apiManifest'))
    return refuse('other-role', 'this host is a control plane, and is to be a worker');
  if (!cluster) return undefined;
  const named = nodeOf(e);
  const placed = cluster.answer.nodes.find((n) => n.name !== e.name && n.address === e.address && e.address !== '');
  if (placed?.ready && (!isBare(node) || !named))
    return refuse('renamed', `the cluster has this address, ${e.address}, as Node '${placed.name}', not '${e.name}'`);
  if (isBare(node) && named?.ready && named.address !== e.address)
    return refuse(
      'name-taken',
      `the cluster has a Ready Node '${e.name}' with another address, ${named.address}; this host has ${e.address}`,
    );
  if (e.role === 'control-plane' && has('kubeletConf') && !has('apiManifest') && named?.ready)
    return refuse('other-role', 'this host is a worker, and is to be a control plane');
  return undefined;
}

function foreign(e: Evidence): string | undefined {
  const { node } = e;
  const clusters = [
    ...(e.cluster ? [{ host: e.cluster.through, pins: e.cluster.pins }] : []),
    ...e.silent.map(({ host, pins }) => ({ host, pins })),
  ];
  const other = clusters.find(({ pins }) => pins.length > 0 && !node.pins.some((pin) => pins.includes(pin)));
  if (node.pins.length > 0 && other)
    return `this host trusts the CA ${node.pins.join(', ')}, the cluster of ${other.host} has ${other.pins.join(', ')}`;
  const [one, another] = clusters.filter(({ pins }) => pins.length > 0);
  const apart = clusters.find(({ pins }) => one && pins.length > 0 && !pins.some((pin) => one.pins.includes(pin)));
  if (one && another && apart)
    return `the control planes are of different clusters: ${one.host} has the CA ${one.pins.join(', ')}, ${apart.host} has ${apart.pins.join(', ')}`;
  const port = e.endpoint.replace(/^.*:/, '');
  const own = e.address.includes(':') ? `[${e.address}]:${port}` : `${e.address}:${port}`;
  if (node.server === '' || node.server === e.endpoint || (e.role === 'control-plane' && node.server === own))
    return undefined;
  return `the kubelet of this host belongs to the API server ${node.server}, the cluster is at ${e.endpoint}`;
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

/** The member of this node: by name, or by address where it has never started and so has no name. */
export function memberOf({
  members,
  name,
  address,
}: Pick<Evidence, 'members' | 'name' | 'address'>): EtcdMember | undefined {
  return members?.find((m) => m.name === name) ?? members?.find((m) => m.name === '' && m.address === address);
}

function nodeOf(e: Evidence) {
  return e.cluster?.answer.nodes.find((n) => n.name === e.name);
}

/** Never to be reset: its kubelet works and the cluster counts on it. */
function isWorking(e: Evidence): boolean {
  return e.node.kubelet === 'active' && nodeOf(e)?.ready === true;
}

function isMarked(e: Evidence): boolean {
  const labels = Object.keys(nodeOf(e)?.labels ?? {});
  return labels.includes('node-role.kubernetes.io/control-plane') || labels.includes('node-role.kubernetes.io/master');
}

function having(node: NodeFiles): (file: NodeFile) => boolean {
  return (file) => node.files.includes(file);
}

function list(node: NodeFiles): string {
  return `there: ${[...node.files, ...(node.torn ? ['an empty file'] : [])].join(', ')}`;
}

function halfInit(e: Evidence): string {
  return `an init has stopped half way (${list(e.node)}), its API server does not answer and no other node has joined`;
}

function refuse(state: Verdict['state'], why: string): Verdict {
  return { state, action: 'refuse', why };
}
