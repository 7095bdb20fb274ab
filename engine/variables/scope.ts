import { type Scope, type Template, TemplateError } from '../expressions/types.ts';
import { facts } from '../facts/facts.ts';
import type { Host, Inventory } from '../inventory/types.ts';
import { settingOf } from '../inventory/variables.ts';
import { Unknown } from '../module/unknown.ts';
import { omit } from '../playbook/magic.ts';
import type { Entry, Play, PlayLayers, VariableLayer } from '../playbook/types.ts';
import { templateOf } from './inventory-values.ts';
import { learned, written } from './layers.ts';

/** What a host has learned during the run: registered results and set facts, and the facts read so far. */
export interface HostMemory {
  readonly variables: { has(name: string): boolean; get(name: string): unknown; keys(): Iterable<string> };
  /** Files that include_vars has read, later ones last. */
  readonly included: readonly VariableLayer[];
  /** What roles that were included in the play have made public. */
  readonly published: PlayLayers;
  readonly facts: Map<string, unknown>;
  /** Neither lost nor ended. */
  readonly inPlay: boolean;
}

/** What all scopes of a run share. */
export interface World {
  readonly inventory: Inventory;
  readonly playbookDirectory: string;
  readonly extra: ReadonlyMap<string, unknown>;
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  memory(host: string): HostMemory;
  /** All hosts of the current play, and those of the current batch; who is still in it, their memory says. */
  readonly playHosts: readonly string[];
  readonly batch: readonly string[];
}

/** A fact that an evaluation has used. */
export interface SeenFact {
  readonly host: string;
  readonly name: string;
  readonly value: unknown;
}

/** The facts that an evaluation asked for and that were not read yet: read them, then evaluate again. */
export class NeededFacts {
  readonly #byHost = new Map<string, Set<string>>();
  /** Those that were there. */
  seen: SeenFact[] = [];

  add(host: string, name: string): void {
    const names = this.#byHost.get(host) ?? new Set();
    this.#byHost.set(host, names.add(name));
  }

  /** Hands over what was collected, and forgets it. */
  take(): readonly { readonly host: string; readonly names: ReadonlySet<string> }[] {
    if (this.#byHost.size === 0) return [];
    const taken = [...this.#byHost].map(([host, names]) => ({ host, names }));
    this.#byHost.clear();
    return taken;
  }
}

/**
 * The variables of one host at one place of the playbook. Precedence, highest first: what the engine says itself,
 * loop variables, extra vars, vars of includes, registered and set values, include_vars, then layers (task, block, role, play), inventory, role defaults.
 */
export class HostScope implements Scope {
  readonly #world: World;
  readonly #host: Host;
  readonly #play: Play | undefined;
  readonly #entry: Entry | undefined;
  readonly #locals: ReadonlyMap<string, unknown>;
  readonly #needed: NeededFacts;
  readonly #memo = new Map<string, unknown>();
  /** What is being evaluated, also on the hosts that asked for it: meeting one again is a circle. */
  readonly #underWay: { readonly host: string; readonly name: string }[];

  constructor(
    world: World,
    host: Host,
    needed: NeededFacts,
    play?: Play,
    entry?: Entry,
    locals: ReadonlyMap<string, unknown> = new Map(),
    underWay: { readonly host: string; readonly name: string }[] = [],
  ) {
    this.#underWay = underWay;
    this.#world = world;
    this.#host = host;
    this.#needed = needed;
    this.#play = play;
    this.#entry = entry;
    this.#locals = locals;
  }

  /** The same place with loop variables (or others of the moment) on top. */
  with(locals: ReadonlyMap<string, unknown>): HostScope {
    return new HostScope(
      this.#world,
      this.#host,
      this.#needed,
      this.#play,
      this.#entry,
      new Map([...this.#locals, ...locals]),
    );
  }

  get needed(): NeededFacts {
    return this.#needed;
  }

  lookup(name: string): unknown {
    if (this.#memo.has(name)) return this.#memo.get(name);
    const value = this.#find(name);
    if (!(value instanceof Unknown)) this.#memo.set(name, value);
    return value;
  }

  #find(name: string): unknown {
    const magic = magicVariables.get(name);
    if (magic) return magic(this);
    if (this.#locals.has(name)) return this.#locals.get(name);
    if (this.#world.extra.has(name)) return this.#world.extra.get(name);
    const given = this.#entry && written(this.#entry.layers).given.get(name);
    if (given) return this.#evaluate(name, given);
    const memory = this.#world.memory(this.#host.name);
    if (memory.variables.has(name)) return memory.variables.get(name);
    const template = this.#template(name);
    return template && this.#evaluate(name, template);
  }

  #template(name: string): Template | undefined {
    const { included, published } = this.#world.memory(this.#host.name);
    return (
      learned(included, name) ??
      (this.#entry && written(this.#entry.layers).all.get(name)) ??
      learned(published.vars, name) ??
      (this.#play && written(this.#play.layers.vars).all.get(name)) ??
      this.#inInventory(name) ??
      this.#entry?.role?.defaults.variables.get(name)?.value ??
      learned(published.roleDefaults, name) ??
      (this.#play && written(this.#play.layers.roleDefaults).all.get(name))
    );
  }

  #inInventory(name: string): Template | undefined {
    const setting = settingOf(this.#host, name);
    return setting && templateOf(setting.value);
  }

  #evaluate(name: string, template: Template): unknown {
    const host = this.#host.name;
    if (this.#underWay.some((other) => other.host === host && other.name === name)) {
      const shown = (other: { host: string; name: string }): string =>
        this.#underWay.every((one) => one.host === host) ? other.name : `${other.name} of ${other.host}`;
      const circle = [...this.#underWay, { host, name }].map(shown).join(' → ');
      throw new TemplateError(`'${name}' is defined by itself: ${circle}`, template.place);
    }
    this.#underWay.push({ host, name });
    try {
      return template.evaluate(this);
    } finally {
      this.#underWay.pop();
    }
  }

  *names(): Iterable<string> {
    yield* magicVariables.keys();
    yield* this.#locals.keys();
    yield* this.#world.extra.keys();
    yield* this.#world.memory(this.#host.name).variables.keys();
    const { included, published } = this.#world.memory(this.#host.name);
    const layers = [
      ...included,
      ...published.vars,
      ...published.roleDefaults,
      ...(this.#entry?.layers ?? []),
      ...(this.#play?.layers.vars ?? []),
      ...(this.#play?.layers.roleDefaults ?? []),
    ];
    for (const layer of layers) yield* layer.variables.keys();
    for (const setting of this.#host.settings) yield setting.name;
    if (this.#entry?.role) yield* this.#entry.role.defaults.variables.keys();
  }

  /** What the magic variables are made from. */
  get inside(): { world: World; host: Host; entry: Entry | undefined } {
    return { world: this.#world, host: this.#host, entry: this.#entry };
  }

  /** The same play seen from another host: what `hostvars` shows. */
  of(host: Host): HostScope {
    return new HostScope(this.#world, host, this.#needed, this.#play, undefined, undefined, this.#underWay);
  }
}

/** An object whose values are made when they are read. No prototype, so that no name can mean anything special. */
function lazyMap(names: Iterable<string>, get: (name: string) => unknown): object {
  const map = Object.create(null) as object;
  for (const name of names)
    Object.defineProperty(map, name, { enumerable: true, configurable: true, get: () => get(name) });
  return map;
}

/** Exactly the names of playbook/magic.ts, which the static check knows. */
export const magicVariables: ReadonlyMap<string, (scope: HostScope) => unknown> = new Map<
  string,
  (scope: HostScope) => unknown
>([
  ['inventory_hostname', (s) => s.inside.host.name],
  ['inventory_hostname_short', (s) => s.inside.host.name.split('.')[0]],
  ['group_names', (s) => s.inside.host.groups],
  [
    'groups',
    (s) => lazyMap(s.inside.world.inventory.groups.keys(), (name) => s.inside.world.inventory.groups.get(name)!.hosts),
  ],
  ['hostvars', (s) => hostVarsOf(s)],
  ['facts', (s) => factsOf(s)],
  ['playbook_dir', (s) => s.inside.world.playbookDirectory],
  ['inventory_file', (s) => s.inside.world.inventory.sources[0]],
  ['inventory_dir', (s) => s.inside.world.inventory.sources[0]?.replace(/\/[^/]*$/, '')],
  ['role_name', (s) => s.inside.entry?.role?.name],
  ['role_path', (s) => s.inside.entry?.role?.path],
  ['play_hosts', (s) => inPlay(s, s.inside.world.batch)],
  ['ansible_play_hosts', (s) => inPlay(s, s.inside.world.playHosts)],
  ['ansible_play_hosts_all', (s) => s.inside.world.playHosts],
  ['ansible_play_batch', (s) => inPlay(s, s.inside.world.batch)],
  ['ansible_check_mode', (s) => s.inside.world.checkMode],
  ['ansible_diff_mode', (s) => s.inside.world.diffMode],
  ['omit', () => omit],
]);

function inPlay(scope: HostScope, hosts: readonly string[]): readonly string[] {
  return hosts.filter((name) => scope.inside.world.memory(name).inPlay);
}

function hostVarsOf(scope: HostScope): object {
  const { inventory } = scope.inside.world;
  const known = new Map<Host, object>();
  const variables = (host: Host): object => {
    const made = known.get(host) ?? hostVariables(scope, host);
    known.set(host, made);
    return made;
  };
  const map = lazyMap(inventory.hosts.keys(), (name) => variables(inventory.hosts.get(name)!));
  for (const name of ['localhost', '127.0.0.1', '::1']) {
    const host = inventory.hosts.has(name) ? undefined : inventory.localhost(name);
    // This machine can be asked for, though it is not among the hosts.
    if (host) Object.defineProperty(map, name, { configurable: true, get: () => variables(host) });
  }
  return map;
}

function hostVariables(scope: HostScope, host: Host): object {
  const other = scope.of(host);
  const hidden = new Set(['hostvars', 'omit']);
  return lazyMap(
    [...new Set(other.names())].filter((n) => !hidden.has(n)),
    (n) => other.lookup(n),
  );
}

function factsOf(scope: HostScope): object {
  const { world, host } = scope.inside;
  const known = world.memory(host.name).facts;
  return lazyMap(facts.keys(), (name) => {
    if (known.has(name)) {
      const value = known.get(name);
      scope.needed.seen.push({ host: host.name, name, value });
      return value;
    }
    scope.needed.add(host.name, name);
    return new Unknown(`until the fact '${name}' of ${host.name} is read`);
  });
}
