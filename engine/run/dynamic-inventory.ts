import type { Addition, Inventory } from '../inventory/types.ts';
import { TaskFailure } from '../module/failure.ts';
import type { Difference, InventoryAddition } from '../module/module.ts';
import type { Task } from '../playbook/types.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import { toValue } from '../source/node.ts';
import type { HostState } from './host/state.ts';

/** The inventory of a run: it can gain hosts and groups, and be read anew. */
export class LiveInventory {
  readonly #world: { inventory: Inventory };
  readonly #states: ReadonlyMap<string, HostState>;
  readonly #read: (diagnostics: Diagnostics) => Promise<Inventory>;
  readonly #additions: Addition[] = [];
  #changed = false;

  /** `read` reads the inventory from its sources; `states` are those of the hosts known to the run. */
  constructor(
    world: { inventory: Inventory },
    states: ReadonlyMap<string, HostState>,
    read: (diagnostics: Diagnostics) => Promise<Inventory>,
  ) {
    this.#world = world;
    this.#states = states;
    this.#read = read;
  }

  /** Whether anything is not as the run has found it. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Adds what a task asks for; tells what was not there before. */
  add(task: Task, host: string, wanted: InventoryAddition): readonly Difference[] {
    const addition: Addition = {
      host: wanted.host ?? host,
      groups: wanted.groups,
      parents: wanted.parents ?? [],
      variables: wanted.variables ?? {},
      origin: `task '${task.name}'`,
      place: task.place,
    };
    const differences = newIn(this.#world.inventory, addition);
    if (differences.length === 0) return differences;
    this.#adopt(grown(this.#world.inventory, addition));
    this.#additions.push(addition);
    return differences;
  }

  /** Reads the sources again; what tasks have added stays. */
  async refresh(): Promise<void> {
    const diagnostics = new Diagnostics();
    const fresh = await this.#read(diagnostics);
    failOn(diagnostics, 'the inventory cannot be read again');
    this.#adopt(this.#additions.reduce(grown, fresh));
  }

  #adopt(inventory: Inventory): void {
    this.#world.inventory = inventory;
    this.#changed = true;
    for (const [name, state] of this.#states) state.host = inventory.hosts.get(name) ?? state.host;
  }
}

function grown(inventory: Inventory, addition: Addition): Inventory {
  const diagnostics = new Diagnostics();
  const result = inventory.withAddition(addition, diagnostics);
  failOn(diagnostics, `the inventory cannot have ${addition.host} like this`);
  return result;
}

function failOn({ errors }: Diagnostics, what: string): void {
  if (errors.length > 0)
    throw new TaskFailure(
      `${what}: ${errors.map((e) => e.message).join('; ')}`,
      errors[0]!.hint === undefined ? {} : { hint: errors[0]!.hint },
    );
}

function newIn(inventory: Inventory, { host, groups, parents, variables }: Addition): readonly Difference[] {
  const known = inventory.hosts.get(host);
  const differences: Difference[] = known ? [] : [{ what: `host ${host}`, from: null, to: 'in the inventory' }];
  for (const name of groups) {
    const group = inventory.groups.get(name);
    if (!group?.ownHosts.includes(host)) differences.push({ what: `group ${name}`, from: null, to: host });
    for (const parent of parents)
      if (parent !== 'all' && !inventory.groups.get(parent)?.children.includes(name))
        differences.push({ what: `group ${parent}`, from: null, to: name });
  }
  for (const [name, value] of Object.entries(variables)) {
    const before = known?.settings.findLast((setting) => setting.name === name);
    const [from, to] = [before && text(toValue(before.value)), text(value)];
    if (from !== to) differences.push({ what: name, from: from ?? null, to });
  }
  return differences;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
