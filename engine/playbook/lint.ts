import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import type { Condition, Reference, Template } from '../template/types.ts';
import { tasksIn } from './handlers.ts';
import { magicNames, renamed, rescueNames } from './magic.ts';
import { type Registers, registersOf, unknownField } from './registers.ts';
import { specialTags } from './tags.ts';
import type { Entry, Loop, Play, Playbook, Settings, Task, VariableLayer } from './types.ts';

export interface LintContext {
  /** What the play's hosts have from the inventory, and extra vars. */
  knownVariables(play: Play): Iterable<string>;
  /** The names that stand under `facts`. */
  readonly facts: ReadonlySet<string>;
}

/** Finds names that nothing defines: variables in every template, condition and template file, and fields of registered results. */
export function lintPlaybook(playbook: Playbook, context: LintContext, diagnostics: Diagnostics): void {
  const tasks = playbook.plays.flatMap(allTasks);
  const registers = registersOf(tasks);
  const learned = [
    ...registers.keys(),
    ...tasks.filter((t) => t.module.name === 'set_fact').flatMap((t) => [...t.args.keys()]),
  ];
  for (const play of playbook.plays)
    new PlayLint(play, [...learned, ...context.knownVariables(play)], context.facts, registers, diagnostics).check();
}

/** The tags given on the command line stand somewhere in the playbook. */
export function checkTags(playbook: Playbook, tags: readonly string[], diagnostics: Diagnostics): void {
  const known = new Set([
    ...specialTags,
    ...playbook.plays.flatMap((play) => [...play.tags, ...play.sections.flat().flatMap(tagsIn)]),
  ]);
  for (const tag of tags) {
    if (!known.has(tag))
      diagnostics.error('unknown-tag', undefined, `no task of the playbook has the tag '${tag}'`, suggest(tag, known));
  }
}

function tagsIn(entry: Entry): readonly string[] {
  return [
    ...entry.tags,
    ...(entry.kind === 'block' ? [...entry.block, ...entry.rescue, ...entry.always].flatMap(tagsIn) : []),
  ];
}

function allTasks(play: Play): readonly Task[] {
  return [...play.sections.flatMap(tasksIn), ...play.handlers];
}

class PlayLint {
  readonly #play: Play;
  readonly #facts: ReadonlySet<string>;
  readonly #registers: Registers;
  readonly #diagnostics: Diagnostics;
  /** What every entry of the play can use. */
  readonly #known: ReadonlySet<string>;
  /** All that is defined anywhere in the play: a variable is evaluated where it is used, so it may refer to any of these. */
  readonly #anywhere: ReadonlySet<string>;

  constructor(
    play: Play,
    known: readonly string[],
    facts: ReadonlySet<string>,
    registers: Registers,
    diagnostics: Diagnostics,
  ) {
    this.#play = play;
    this.#facts = facts;
    this.#registers = registers;
    this.#diagnostics = diagnostics;
    const layers = [...play.layers.roleDefaults, ...play.layers.vars];
    this.#known = new Set([...magicNames, ...known, ...layers.flatMap(namesOf)]);
    const tasks = allTasks(play);
    this.#anywhere = new Set([
      ...this.#known,
      ...rescueNames,
      'item',
      ...tasks.flatMap((t) => [...t.layers.flatMap(namesOf), ...loopNames(t)]),
    ]);
  }

  check(): void {
    const play = this.#play;
    this.#references(play.hosts.references, this.#known);
    for (const layer of [...play.layers.roleDefaults, ...play.layers.vars]) this.#layer(layer);
    for (const entry of [...play.sections.flat(), ...play.handlers]) this.#entry(entry, false);
  }

  #entry(entry: Entry, inRescue: boolean): void {
    for (const layer of entry.layers) this.#layer(layer);
    const names = new Set([...this.#known, ...entry.layers.flatMap(namesOf), ...(inRescue ? rescueNames : [])]);
    this.#requiredOptions(entry, names);
    if (entry.kind === 'task') this.#task(entry, names);
    if (entry.kind === 'meta') this.#references(entry.when.flatMap(references), names);
    if (entry.kind === 'block') {
      for (const inner of [...entry.block, ...entry.always]) this.#entry(inner, inRescue);
      for (const inner of entry.rescue) this.#entry(inner, true);
    }
  }

  #task(task: Task, names: ReadonlySet<string>): void {
    const { loop } = task;
    if (loop) this.#references(loop.over.references, names);
    const inLoop = new Set([...names, ...loopNames(task)]);
    const templates: readonly (Template | undefined)[] = [
      task.title,
      ...task.args.values(),
      ...task.notify,
      ...settingTemplates(task.settings, task.module.name),
      task.until?.retries,
      task.until?.delay,
      loop?.label,
      loop?.pauseSeconds,
    ];
    const conditions: readonly Condition[] = [
      ...task.when,
      ...(task.until?.conditions ?? []),
      ...(task.changedWhen ?? []),
      ...(task.failedWhen ?? []),
    ];
    this.#references(
      [...templates.flatMap((t) => t?.references ?? []), ...conditions.flatMap(references)],
      inLoop,
      loop,
    );
  }

  #layer(layer: VariableLayer): void {
    for (const { value } of layer.variables.values()) this.#references(value.references, this.#anywhere);
  }

  #requiredOptions({ role }: Entry, names: ReadonlySet<string>): void {
    for (const [name, option] of role?.options ?? []) {
      if (option.required && !names.has(name))
        this.#diagnostics.error(
          'role-option',
          role!.usedAt,
          `role '${role!.name}' needs the variable '${name}'`,
          'set it where the role is used, in the play or in the inventory',
        );
    }
  }

  #references(list: readonly Reference[], names: ReadonlySet<string>, loop?: Loop): void {
    for (const { path, place, optional } of list) {
      const name = path[0]!;
      if (optional) continue;
      if (!names.has(name))
        this.#diagnostics.error(
          'unknown-variable',
          place,
          `nothing defines the variable '${name}'`,
          name === 'item' ? itemHint(loop) : (renamed.get(name) ?? suggest(name, names)),
        );
      else if (!this.#shadowed(name)) this.#field(path[0] === 'hostvars' ? path.slice(2) : path, place);
    }
  }

  #field(path: readonly string[], place: Reference['place']): void {
    const [name, field] = path;
    if (name === 'facts' && field !== undefined && !this.#facts.has(field))
      this.#diagnostics.error('unknown-fact', place, `there is no fact '${field}'`, suggest(field, this.#facts));
    const fields = path.length > 1 ? this.#registers.get(path[0]!) : undefined;
    const wrong = fields && unknownField(fields, path[1]!);
    if (wrong)
      this.#diagnostics.error('unknown-field', place, `the result '${path[0]}' has no field '${path[1]}'`, wrong.hint);
  }

  /** A name that is also a variable may stand for that: nothing is said about its fields. */
  #shadowed(name: string): boolean {
    return [...this.#play.layers.roleDefaults, ...this.#play.layers.vars].some((layer) => layer.variables.has(name));
  }
}

function itemHint(loop: Loop | undefined): string {
  return loop ? `the variable of this loop is '${loop.variable}'` : 'there is no loop here';
}

function namesOf(layer: VariableLayer): readonly string[] {
  return [...layer.variables.keys()];
}

function references(condition: Condition): readonly Reference[] {
  return condition.references;
}

function loopNames({ loop }: Task): readonly string[] {
  if (!loop) return [];
  return [
    loop.variable,
    ...(loop.indexVariable === undefined ? [] : [loop.indexVariable]),
    ...(loop.extended ? ['ansible_loop'] : []),
  ];
}

function settingTemplates({ environment, moduleDefaults, ...single }: Settings, module: string): readonly Template[] {
  return [...environment, ...(moduleDefaults.get(module)?.values() ?? []), ...Object.values(single)];
}
