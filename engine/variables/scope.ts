import { type Reference, type Scope, type Template, TemplateError } from '../expressions/types.ts';
import type { Host } from '../inventory/types.ts';
import { settingOf } from '../inventory/variables.ts';
import { Unknown } from '../module/unknown.ts';
import type { Entry, Play } from '../playbook/types.ts';
import { templateOf } from './inventory-values.ts';
import { givenIn, Locals, learned, written } from './layers.ts';
import { magicVariables } from './magic.ts';
import { NeededFacts } from './needed-facts.ts';
import type { MagicSource, RunState } from './types.ts';

/**
 * The variables of one host at one place of the playbook. Precedence, highest first: magic variables,
 * loop variables, extra vars, vars of includes, registered and set values, include_vars, then layers (task, block, role, play), inventory, role defaults.
 */
export class HostScope implements Scope {
  readonly #state: RunState;
  readonly #host: Host;
  readonly #play: Play | undefined;
  readonly #entry: Entry | undefined;
  readonly #locals: ReadonlyMap<string, unknown>;
  readonly #needed: NeededFacts;
  readonly #memo = new Map<string, unknown>();
  /** What is being evaluated, on the hosts that asked for it as well: meeting one again is a cycle. */
  readonly #underWay: { readonly host: string; readonly name: string }[];

  constructor(
    state: RunState,
    host: Host,
    needed: NeededFacts,
    play?: Play,
    entry?: Entry,
    locals: ReadonlyMap<string, unknown> = new Map(),
    underWay: { readonly host: string; readonly name: string }[] = [],
  ) {
    this.#underWay = underWay;
    this.#state = state;
    this.#host = host;
    this.#needed = needed;
    this.#play = play;
    this.#entry = entry;
    this.#locals = locals;
  }

  /** The same place with loop variables (or others of the moment) on top; it asks for facts of its own. */
  with(locals: ReadonlyMap<string, unknown>): HostScope {
    return new HostScope(
      this.#state,
      this.#host,
      new NeededFacts(),
      this.#play,
      this.#entry,
      Locals.over(this.#locals, locals),
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
    if (magic) return magic(this.inside);
    if (this.#locals.has(name)) return this.#locals.get(name);
    if (this.#state.extra.has(name)) return this.#state.extra.get(name);
    const given = this.#entry && written(this.#entry.layers).given.get(name);
    if (given) return this.#evaluate(name, given);
    const memory = this.#state.memory(this.#host.name);
    if (memory.variables.has(name)) return memory.variables.get(name);
    const template = this.#template(name);
    return template && this.#evaluate(name, template);
  }

  #template(name: string): Template | undefined {
    const { included, published } = this.#state.memory(this.#host.name);
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

  fromHosts(references: readonly Reference[], seen = new Set<string>()): boolean {
    return references.some(({ path }) => this.#isFromHosts(path, seen));
  }

  /** `seen`: variables that are already being looked at, on this host and on others. */
  #isFromHosts([name = '', host = '', variable]: readonly string[], seen: Set<string>): boolean {
    if (name === 'facts') return true;
    if (name === 'hostvars') {
      const { hosts } = this.#state.inventory;
      const named = hosts.get(host);
      const others = named ? [named] : [...hosts.values()];
      return variable === undefined || others.some((other) => this.of(other).#isFromHosts([variable], seen));
    }
    if (magicVariables.has(name)) return false;
    if (this.#locals.has(name)) return !givenIn(this.#locals).has(name);
    const key = `${this.#host.name}\0${name}`;
    if (this.#state.extra.has(name) || seen.has(key)) return false;
    seen.add(key);
    const template = this.definition(name);
    if (template) return this.fromHosts(template.references, seen);
    const { variables, given } = this.#state.memory(this.#host.name);
    return variables.has(name) ? !given.has(name) : this.#isAdded(name);
  }

  /** Undefined for what is no text of the user's: magic and learned variables, and those that add_host has set. */
  definition(name: string): Template | undefined {
    if (magicVariables.has(name) || this.#locals.has(name) || this.#state.extra.has(name)) return undefined;
    const given = this.#entry && written(this.#entry.layers).given.get(name);
    if (given) return given;
    if (this.#state.memory(this.#host.name).variables.has(name)) return undefined;
    return this.#isAdded(name) ? undefined : this.#template(name);
  }

  #isAdded(name: string): boolean {
    const setting = settingOf(this.#host, name);
    return setting?.added === true && this.#template(name) === templateOf(setting.value);
  }

  derived(inputs: readonly unknown[], result: unknown): void {
    this.#state.derived?.(inputs, result);
  }

  *names(): Iterable<string> {
    yield* magicVariables.keys();
    yield* this.#locals.keys();
    yield* this.#state.extra.keys();
    yield* this.#state.memory(this.#host.name).variables.keys();
    const { included, published } = this.#state.memory(this.#host.name);
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
  get inside(): MagicSource {
    return {
      state: this.#state,
      host: this.#host,
      entry: this.#entry,
      needed: this.#needed,
      of: (host) => this.of(host),
    };
  }

  /** The same play seen from another host: what `hostvars` shows. */
  of(host: Host): HostScope {
    return new HostScope(this.#state, host, this.#needed, this.#play, undefined, undefined, this.#underWay);
  }
}
