import type { Addition, Inventory } from '../inventory/types.ts';
import { TaskFailure } from '../module/failure.ts';
import type { Difference, InventoryAddition } from '../module/module.ts';
import type { Task } from '../playbook/types.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import { toValue } from '../source/node.ts';
import type { RunHost } from './host/state.ts';
import type { DynamicInventory } from './types.ts';

/** The inventory of a run: hosts and groups can be added to it, and it can be read again. */
export class LiveInventory implements DynamicInventory {
  readonly #state: { inventory: Inventory };
  readonly #hosts: ReadonlyMap<string, RunHost>;
  readonly #read: (diagnostics: Diagnostics) => Promise<Inventory>;
  readonly #additions: Addition[] = [];
  #changed = false;

  /** `read` reads the inventory from its sources; `hosts` are the states of those known to the run. */
  constructor(
    state: { inventory: Inventory },
    hosts: ReadonlyMap<string, RunHost>,
    read: (diagnostics: Diagnostics) => Promise<Inventory>,
  ) {
    this.#state = state;
    this.#hosts = hosts;
    this.#read = read;
  }

  /** Whether anything has changed since the run began. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Adds what a task asks for; returns what was not there before. */
  add(task: Task, host: string, wanted: InventoryAddition): readonly Difference[] {
    const addition: Addition = {
      host: wanted.host ?? host,
      groups: wanted.groups,
      parents: wanted.parents ?? [],
      variables: wanted.variables ?? {},
      origin: `task '${task.name}'`,
      place: task.place,
    };
    const differences = newIn(this.#state.inventory, addition);
    if (differences.length === 0) return differences;
    this.#adopt(withAddition(this.#state.inventory, addition));
    this.#additions.push(addition);
    return differences;
  }

  /** Reads the sources again and keeps what tasks have added. */
  async refresh(): Promise<void> {
    const diagnostics = new Diagnostics();
    const fresh = await this.#read(diagnostics);
    failOn(diagnostics, 'the inventory cannot be read again');
    this.#adopt(this.#additions.reduce(withAddition, fresh));
  }

  #adopt(inventory: Inventory): void {
    this.#state.inventory = inventory;
    this.#changed = true;
    for (const [name, host] of this.#hosts) host.host = inventory.hosts.get(name) ?? host.host;
  }
}

function withAddition(inventory: Inventory, addition: Addition): Inventory {
  const diagnostics = new Diagnostics();
  const result = inventory.withAddition(addition, diagnostics);
  failOn(diagnostics, `${addition.host} cannot be added to the inventory like this`);
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
