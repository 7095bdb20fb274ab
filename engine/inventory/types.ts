import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';

/** A variable as it was written, with the level that set it. */
export interface Variable {
  readonly name: string;
  readonly value: SourceNode;
  readonly place: Place;
  /** For people: `inventory group 'all'`, `group_vars/web.yml`, `inventory host 'web1'` … */
  readonly origin: string;
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
  /** Those named in the group itself. */
  readonly ownHosts: readonly string[];
  /** All hosts in it, as Ansible orders them: its own, then those of its children, then of theirs. */
  readonly hosts: readonly string[];
  /** What the group itself sets, lowest precedence first. */
  readonly settings: readonly Variable[];
}

/** What an inventory gains during a run: a host or more of one, and groups that it is in from then on. */
export interface Addition {
  readonly host: string;
  readonly groups: readonly string[];
  /** The groups that these groups stand in. */
  readonly parents: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
  /** The task, for people. */
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
  /** This machine under one of its usual names: it needs no line in the inventory. */
  localhost(name: string): Host | undefined;
  /** Names of all variables that are written anywhere, those for groups and hosts that do not exist (yet) included. */
  variableNames(): ReadonlySet<string>;
  /** The same with more: see Addition. What cannot be is told. */
  grown(addition: Addition, diagnostics: Diagnostics): Inventory;
}
