import { Unknown } from '../contract/unknown.ts';
import type { Host, Inventory } from '../inventory/types.ts';
import { omit } from '../playbook/omit.ts';
import type { Entry, Play, VariableLayer } from '../playbook/types.ts';
import { Diagnostics, InvalidInput } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import { type Scope, type Template, TemplateError } from '../template/types.ts';
import { compileValue } from '../template/value.ts';
import { facts } from './facts.ts';

/** What a host has learned during the run: registered results and set facts, and the facts read so far. */
export interface HostMemory {
  readonly variables: Map<string, unknown>;
  readonly facts: Map<string, unknown>;
}

/** What all scopes of a run share. */
export interface World {
  readonly inventory: Inventory;
  readonly playbookDirectory: string;
  readonly extra: ReadonlyMap<string, unknown>;
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  memory(host: string): HostMemory;
  /** Hosts of the current play that are still in it, and those of the current batch. */
  readonly playHosts: readonly string[];
  readonly batch: readonly string[];
}

/** The facts that an evaluation asked for and that were not read yet: read them, then evaluate again. */
export class NeededFacts {
  readonly #byHost = new Map<string, Set<string>>();

  add(host: string, name: string): void {
    const names = this.#byHost.get(host) ?? new Set();
    this.#byHost.set(host, names.add(name));
  }

  /** Hands over what was collected, and forgets it. */
  take(): readonly { readonly host: string; readonly names: ReadonlySet<string> }[] {
    const taken = [...this.#byHost].map(([host, names]) => ({ host, names }));
    this.#byHost.clear();
    return taken;
  }
}

const compiled = new WeakMap<SourceNode, Template>();

/** Compiles an inventory value once. */
export function compileSetting(node: SourceNode, diagnostics: Diagnostics): Template {
  const known = compiled.get(node);
  if (known) return known;
  const template = compileValue(node, diagnostics);
  compiled.set(node, template);
  return template;
}

function compileOrThrow(node: SourceNode): Template {
  const diagnostics = new Diagnostics();
  const template = compileSetting(node, diagnostics);
  if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
  return template;
}

/**
 * The variables of one host at one place of the playbook. Precedence, highest first: what the engine says itself,
 * loop variables, extra vars, registered and set values, then layers (task, block, role, play), inventory, role defaults.
 */
export class HostScope implements Scope {
  readonly #world: World;
  readonly #host: Host;
  readonly #play: Play | undefined;
  readonly #entry: Entry | undefined;
  readonly #locals: ReadonlyMap<string, unknown>;
  readonly #needed: NeededFacts;
  readonly #memo = new Map<string, unknown>();
  readonly #underWay: string[] = [];

  constructor(
    world: World,
    host: Host,
    needed: NeededFacts,
    play?: Play,
    entry?: Entry,
    locals: ReadonlyMap<string, unknown> = new Map(),
  ) {
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
    const memory = this.#world.memory(this.#host.name);
    if (memory.variables.has(name)) return memory.variables.get(name);
    const written = this.#template(name);
    return written && this.#evaluate(name, written);
  }

  #template(name: string): Template | undefined {
    const fromLayers = (layers: readonly VariableLayer[] | undefined): Template | undefined =>
      layers?.findLast((layer) => layer.variables.has(name))?.variables.get(name)?.value;
    const fromInventory = (): Template | undefined => {
      const setting = this.#host.settings.findLast((s) => s.name === name);
      return setting && compileOrThrow(setting.value);
    };
    return (
      fromLayers(this.#entry?.layers) ??
      fromLayers(this.#play?.layers.vars) ??
      fromInventory() ??
      this.#entry?.role?.defaults.variables.get(name)?.value ??
      fromLayers(this.#play?.layers.roleDefaults)
    );
  }

  #evaluate(name: string, template: Template): unknown {
    if (this.#underWay.includes(name))
      throw new TemplateError(
        `'${name}' is defined by itself: ${[...this.#underWay, name].join(' → ')}`,
        template.place,
      );
    this.#underWay.push(name);
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
    const layers = [
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
    return new HostScope(this.#world, host, this.#needed, this.#play);
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
  ['hostvars', (s) => lazyMap(s.inside.world.inventory.hosts.keys(), (name) => hostVariables(s, name))],
  ['facts', (s) => factsOf(s)],
  ['playbook_dir', (s) => s.inside.world.playbookDirectory],
  ['inventory_file', (s) => s.inside.world.inventory.sources[0]],
  ['inventory_dir', (s) => s.inside.world.inventory.sources[0]?.replace(/\/[^/]*$/, '')],
  ['role_name', (s) => s.inside.entry?.role?.name],
  ['role_path', (s) => s.inside.entry?.role?.path],
  ['play_hosts', (s) => s.inside.world.batch],
  ['ansible_play_hosts', (s) => s.inside.world.playHosts],
  ['ansible_play_hosts_all', (s) => s.inside.world.playHosts],
  ['ansible_play_batch', (s) => s.inside.world.batch],
  ['ansible_check_mode', (s) => s.inside.world.checkMode],
  ['ansible_diff_mode', (s) => s.inside.world.diffMode],
  ['omit', () => omit],
]);

function hostVariables(scope: HostScope, name: string): object {
  const other = scope.of(scope.inside.world.inventory.hosts.get(name)!);
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
    if (known.has(name)) return known.get(name);
    scope.needed.add(host.name, name);
    return new Unknown(`until the fact '${name}' of ${host.name} is read`);
  });
}
