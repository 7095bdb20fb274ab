import type { Scope } from '../expressions/types.ts';
import type { Host, Inventory } from '../inventory/types.ts';
import type { Entry, PlayLayers, VariableLayer } from '../playbook/types.ts';
import type { NeededFacts } from './needed-facts.ts';

/** What a host has learned during the run: registered results and set facts, and the facts read so far. */
export interface HostMemory {
  readonly variables: { has(name: string): boolean; get(name: string): unknown; keys(): Iterable<string> };
  /** Those of the variables in which no host has a part: set_fact of what the playbook says, results of this machine itself. */
  readonly given: { has(name: string): boolean };
  /** Files that include_vars has read, later ones last. */
  readonly included: readonly VariableLayer[];
  /** Variables that roles included in the play have made public. */
  readonly published: PlayLayers;
  readonly facts: Map<string, unknown>;
  /** Neither failed, unreachable nor ended. */
  readonly inPlay: boolean;
}

/** State of a run that all scopes share. */
export interface RunState {
  readonly inventory: Inventory;
  readonly playbookDirectory: string;
  readonly extra: ReadonlyMap<string, unknown>;
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  memory(host: string): HostMemory;
  /** See Scope. */
  derived?(inputs: readonly unknown[], result: unknown): void;
  /** All hosts of the current play, and those of the current batch; `inPlay` says which are still in it. */
  readonly playHosts: readonly string[];
  readonly batch: readonly string[];
}

/** What the magic variables of a host are made from. */
export interface MagicSource {
  readonly state: RunState;
  readonly host: Host;
  readonly entry: Entry | undefined;
  readonly needed: NeededFacts;
  /** The same play seen from another host. */
  of(host: Host): Scope;
}
