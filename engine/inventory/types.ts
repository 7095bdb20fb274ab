import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';

/** A variable as written, with the level that set it. */
export interface Variable {
  readonly name: string;
  readonly value: SourceNode;
  readonly place: Place;
  /** For display: `inventory group 'all'`, `group_vars/web.yml`, `inventory host 'web1'` … */
  readonly origin: string;
  /** Set by add_host during the run: its value may be a host's. */
  readonly added?: true;
}

export interface Host {
  readonly name: string;
  readonly place: Place;
  /** All groups that the host is in, directly or not, without `all`, sorted by name. */
  readonly groups: readonly string[];
  /** Every setting of every level, lowest precedence first: the last one of a name wins. */
  readonly settings: readonly Variable[];
}

export interface Group {
  readonly name: string;
  readonly place: Place;
  readonly children: readonly string[];
  /** Only direct members. */
  readonly ownHosts: readonly string[];
  /** All members, in Ansible's order: direct members, then those of its children, then of theirs. */
  readonly hosts: readonly string[];
  /** What the group itself sets, lowest precedence first. */
  readonly settings: readonly Variable[];
}

/** A host that joins the inventory or further groups during a run. */
export interface Addition {
  readonly host: string;
  readonly groups: readonly string[];
  /** The parents of these groups. */
  readonly parents: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
  /** For display: the task. */
  readonly origin: string;
  readonly place: Place;
}

export interface Inventory {
  /** The inventory files, absolute. */
  readonly sources: readonly string[];
  /** In the order in which they first appear. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** `all` and `ungrouped` included. */
  readonly groups: ReadonlyMap<string, Group>;
  /** The controller under one of its usual names, which needs no inventory entry. */
  localhost(name: string): Host | undefined;
  /** Names of all variables set anywhere, including those for groups and hosts that do not exist (yet). */
  variableNames(): ReadonlySet<string>;
  /** A copy with the addition. Problems are reported. */
  withAddition(addition: Addition, diagnostics: Diagnostics): Inventory;
}
