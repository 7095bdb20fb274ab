import type { ClusterAnswer, ClusterNode, EtcdMember, NodeFile, NodeFiles } from '../cluster.ts';

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

export function isBare(node: NodeFiles): boolean {
  return node.files.length === 0 && !node.torn;
}

/** The member of this node: by name, or by address where it has never started and so has no name. */
export function memberOf({
  members,
  name,
  address,
}: Pick<Evidence, 'members' | 'name' | 'address'>): EtcdMember | undefined {
  return members?.find((m) => m.name === name) ?? members?.find((m) => m.name === '' && m.address === address);
}

export function nodeOf(e: Evidence): ClusterNode | undefined {
  return e.cluster?.answer.nodes.find((n) => n.name === e.name);
}

export function having(node: NodeFiles): (file: NodeFile) => boolean {
  return (file) => node.files.includes(file);
}

export function refuse(state: Verdict['state'], why: string): Verdict {
  return { state, action: 'refuse', why };
}
