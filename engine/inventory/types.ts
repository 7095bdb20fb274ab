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
  /** All groups that the host is in, directly or not, without `all` and `ungrouped`, sorted by name. */
  readonly groups: readonly string[];
  /** Every setting of every level, lowest precedence first: the last one of a name wins. */
  readonly settings: readonly Variable[];
}

export interface Group {
  readonly name: string;
  readonly place: Place;
  readonly children: readonly string[];
  /** All hosts in it, directly or through children, in inventory order. */
  readonly hosts: readonly string[];
}

export interface Inventory {
  /** The inventory files, absolute. */
  readonly sources: readonly string[];
  /** In the order in which they first appear. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** `all` and `ungrouped` included. */
  readonly groups: ReadonlyMap<string, Group>;
}
