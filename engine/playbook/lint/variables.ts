import type { Condition, Reference, Template } from '../../expressions/types.ts';
import type { Diagnostics } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import { checkMagic } from '../layers.ts';
import { magicNames, renamed, rescueNames } from '../magic.ts';
import type { Entry, Include, Loop, Play, Playbook, Task, VariableLayer } from '../types.ts';
import { entriesOf, handlersOf, insideOf, withInside } from '../walk.ts';
import { FieldLint } from './fields.ts';
import type { LintContext } from './state.ts';
import {
  assignedBy,
  type LintState,
  lintStateOf,
  loopNames,
  namesOf,
  setBy,
  settingTemplates,
  shapesOf,
} from './state.ts';

/** Reports undefined and not yet defined variables, unknown fields, and incompatible types. */
export function lintVariables(playbook: Playbook, context: LintContext, diagnostics: Diagnostics): void {
  const state = lintStateOf(playbook, context);
  for (const play of playbook.plays) new PlayLint(play, state, diagnostics).check();
}

class PlayLint {
  readonly #play: Play;
  readonly #state: LintState;
  readonly #diagnostics: Diagnostics;
  /** Variables that every entry of the play can use, without those that tasks set. */
  readonly #fixed: ReadonlySet<string>;
  /** All names defined anywhere in the play: variables are evaluated lazily, so their values may refer to any of these. */
  readonly #anywhere: ReadonlySet<string>;
  readonly #fields: FieldLint;
  readonly #layers = new Set<VariableLayer>();
  /** Inventory variables whose values have been checked. */
  readonly #followed = new Set<string>();
  /** Names with a higher precedence than the inventory, at least in some places. */
  readonly #above: ReadonlySet<string>;
  /** Inside an uncertain include candidate: it may not belong here, so any name that the play defines is accepted. */
  #lenient = false;

  constructor(play: Play, state: LintState, diagnostics: Diagnostics) {
    this.#play = play;
    this.#state = state;
    this.#diagnostics = diagnostics;
    const entries = [...entriesOf(play), ...handlersOf(play)];
    const published = entries
      .flatMap((e) => (e.kind === 'include' ? e.candidates : []))
      .flatMap((c) => c.checked?.published ?? []);
    const own = [play.layers, ...published].flatMap((layers) =>
      [...layers.roleDefaults, ...layers.vars].flatMap(namesOf),
    );
    const given = [...state.extra, ...(state.inventory?.variablesOf(play) ?? []), ...own];
    this.#fixed = new Set([...magicNames, ...given]);
    this.#above = new Set([...magicNames, ...state.extra, ...state.assigned, ...play.layers.vars.flatMap(namesOf)]);
    this.#anywhere = new Set([
      ...this.#fixed,
      ...state.learned,
      ...rescueNames,
      'item',
      ...entries.flatMap((e) => [...e.layers.flatMap(namesOf), ...('loop' in e ? loopNames(e.loop) : [])]),
    ]);
    // A variable of the same name may hide it, so its shape is unknown.
    const hidden = new Set([...given, ...state.assigned]);
    this.#fields = new FieldLint(shapesOf(state, hidden), this.#anywhere, state, diagnostics);
  }

  check(): void {
    const play = this.#play;
    for (const layer of [...play.layers.roleDefaults, ...play.layers.vars]) this.#layer(layer);
    const handlers = handlersOf(play);
    for (const handler of handlers.flatMap(withInside)) this.#sets(handler); // they may run between any two tasks
    for (const entry of play.sections.flat()) this.#entry(entry, []);
    for (const handler of play.handlers) if (!handler.included) this.#entry(handler, []);
  }

  /** `around`: names that the enclosing entries add. */
  #entry(entry: Entry, around: readonly string[]): void {
    for (const layer of entry.layers) this.#layer(layer);
    const local = [...around, ...entry.layers.flatMap(namesOf), ...(entry.role ? namesOf(entry.role.defaults) : [])];
    const names: Names = { local, set: this.#state.set, when: entry.when };
    this.#requiredOptions(entry, local);
    if (entry.kind === 'task') this.#task(entry, names);
    else if (entry.kind === 'include') this.#include(entry, names);
    else this.#use(entry.when, names);
    if (entry.kind !== 'block') return;
    for (const inner of entry.block) this.#entry(inner, around);
    for (const inner of entry.rescue) this.#entry(inner, [...around, ...rescueNames]);
    for (const inner of entry.always) this.#entry(inner, around);
  }

  #include(include: Include, names: Names): void {
    const inLoop = this.#loop(include.loop, names);
    this.#use([...include.names.values(), ...include.when, include.loop?.label], inLoop);
    for (const { checked } of include.candidates)
      for (const layer of [...(checked?.published.roleDefaults ?? []), ...(checked?.published.vars ?? [])])
        this.#layer(layer);
    const lenient = this.#lenient;
    this.#lenient ||= !include.certain;
    const handlers = include.candidates.flatMap(({ checked }) => checked?.handlers ?? []);
    for (const inner of [...insideOf(include), ...handlers]) this.#entry(inner, inLoop.local);
    this.#lenient = lenient;
  }

  #loop(loop: Loop | undefined, names: Names): Names {
    if (!loop) return names;
    this.#use([loop.over], names);
    this.#shadows(loop, names);
    return { ...names, local: [...names.local, ...loopNames(loop)], loop };
  }

  #sets(entry: Entry): void {
    if (entry.kind === 'task') for (const name of setBy(entry)) this.#state.set.add(name);
  }

  #task(task: Task, names: Names): void {
    const inLoop = this.#loop(task.loop, names);
    this.#use([task.title, ...task.args.values(), ...task.notify, ...task.when], inLoop);
    this.#use(settingTemplates(task.settings, task.module.name), inLoop);
    for (const name of assignedBy(task)) checkMagic(name, task.args.get(name)?.place ?? task.place, this.#diagnostics);
    this.#sets(task);
    // In a loop these conditions see the result of the current item, not the combined result.
    const local = task.loop && task.register !== undefined ? [...inLoop.local, task.register] : inLoop.local;
    const onResult = [...(task.until ?? []), ...(task.changedWhen ?? []), ...(task.failedWhen ?? [])];
    this.#use(onResult, { ...inLoop, local });
    this.#use([task.loop?.label, task.loop?.pauseSeconds], inLoop);
    for (const layer of task.variableFiles?.layers ?? []) this.#layer(layer);
  }

  /** Every task of a role carries the role's variables; each layer is checked once. */
  #layer(layer: VariableLayer): void {
    if (this.#layers.has(layer)) return;
    this.#layers.add(layer);
    const names: Names = { local: [], set: this.#state.learned, when: [], anywhere: true };
    for (const { value } of layer.variables.values()) this.#use([value], names);
  }

  #shadows({ variable, over }: Loop, names: Names): void {
    if (this.#fixed.has(variable) || names.local.includes(variable))
      this.#diagnostics.warning(
        'shadowed-variable',
        over.place,
        `the loop variable '${variable}' hides another variable`,
        'choose another name: loop_control: { loop_var: … }',
      );
  }

  #requiredOptions({ role }: Entry, local: readonly string[]): void {
    if (!this.#state.inventory) return;
    const known = (name: string): boolean =>
      this.#fixed.has(name) ||
      local.includes(name) ||
      this.#state.learned.has(name) ||
      (this.#lenient && this.#anywhere.has(name));
    for (const [name, option] of role?.options ?? []) {
      if (option.required && !known(name))
        this.#diagnostics.error(
          'role-option',
          role!.usedAt,
          `role '${role!.name}' needs the variable '${name}'`,
          'set it where the role is used, in the play, or in the inventory',
        );
    }
  }

  #use(parts: readonly (Template | Condition | undefined)[], names: Names): void {
    for (const part of parts) {
      if (!part || part.references.length === 0) continue;
      const right = this.#references(part.references, names);
      const expressions = 'holds' in part ? [part] : (part.expressions ?? []);
      if (right) for (const expression of expressions) this.#fields.types(expression, names.local);
    }
  }

  /** Whether all references are valid. */
  #references(list: readonly Reference[], names: Names): boolean {
    let right = true;
    for (const reference of list) {
      if (!names.local.includes(reference.path[0]!)) this.#inventoryValues(reference.path);
      if (!reference.optional && !this.#reference(reference, names)) right = false;
    }
    return right;
  }

  #reference(reference: Reference, names: Names): boolean {
    const name = reference.path[0]!;
    if (names.local.includes(name)) return true;
    if (this.#fixed.has(name)) return this.#fields.reference(reference, names.when);
    if ((names.anywhere || this.#lenient) && this.#anywhere.has(name) && !this.#state.learned.has(name)) return true;
    if (!this.#state.learned.has(name)) return reference.through ?? this.#unknown(reference, names);
    if (!reference.through && !names.set.has(name) && this.#state.inventory && !asksFor(name, names.when))
      this.#diagnostics.warning(
        'not-yet-set',
        reference.place,
        `'${name}' is set only by a later task`,
        'move that task before this one, or test with defined(…)',
      );
    return this.#fields.reference(reference, names.when);
  }

  /** Checks the inventory's values of variables that the play uses. */
  #inventoryValues([first, host, of]: readonly string[]): void {
    const elsewhereOf = first === 'hostvars' && host !== undefined;
    const name = elsewhereOf ? of : first;
    const key = `${elsewhereOf} ${name}`;
    if (name === undefined || this.#followed.has(key) || (!elsewhereOf && this.#above.has(name))) return;
    this.#followed.add(key);
    const names: Names = { local: [], set: this.#state.learned, when: [], anywhere: true };
    this.#use(this.#state.inventory?.valuesOf?.(elsewhereOf ? undefined : this.#play, name) ?? [], names);
  }

  #unknown({ path, place }: Reference, { local, loop }: Names): boolean {
    const name = path[0]!;
    const meant = name === 'item' ? itemHint(loop) : (renamed.get(name) ?? elsewhere.get(name));
    if (!this.#state.inventory && meant === undefined) return true; // an inventory may define it
    const hint = meant ?? suggest(name, [...this.#fixed, ...local, ...this.#state.learned]);
    this.#diagnostics.error('unknown-variable', place, `the variable '${name}' is not defined`, hint);
    return false;
  }
}

/** The names visible to an entry. */
interface Names {
  /** In addition to those of the whole play. */
  readonly local: readonly string[];
  /** Registered or set by earlier tasks. */
  readonly set: ReadonlySet<string>;
  readonly when: readonly Condition[];
  readonly loop?: Loop;
  /** Names of all entries of the play are allowed. */
  readonly anywhere?: true;
}

/** Whether the conditions test that the variable is defined. */
function asksFor(name: string, when: readonly Condition[]): boolean {
  return when.some(({ references }) => references.some(({ path, optional }) => optional && path[0] === name));
}

/** Names that exist only in some places, with a hint. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ...rescueNames.map((name) => [name, "it exists only inside 'rescue'"] as const),
  ['ansible_loop', 'enable it: loop_control: { extended: true }'],
]);

function itemHint(loop: Loop | undefined): string {
  return loop ? `the loop variable here is '${loop.variable}'` : 'this task has no loop';
}
