import type { CelTypes } from '../../expressions/cel/types.ts';
import type { Shape } from '../../expressions/shape.ts';
import type { Template } from '../../expressions/types.ts';
import { magicShapes } from '../magic.ts';
import { registersOf } from '../registers.ts';
import type { Loop, Play, Playbook, Settings, Task, VariableLayer } from '../types.ts';
import { tasksOf } from '../walk.ts';

/** What the check of a playbook knows of the world around it. */
export interface LintContext {
  /** Missing where there is none: what it could define is not judged then. */
  readonly inventory?: InventoryNames;
  /** Names of extra vars. */
  readonly extra: ReadonlySet<string>;
  /** What stands under `facts`. */
  readonly facts: Readonly<Record<string, Shape>>;
  /** The command line says become. */
  readonly become: boolean;
}

export interface InventoryNames {
  readonly hosts: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** What the play's hosts have from the inventory. */
  variablesOf(play: Play): ReadonlySet<string>;
  /** What any host has from the inventory. */
  readonly variables: ReadonlySet<string>;
  /** The values that the play's hosts (or any) have for a variable of the inventory; they count as used from here on. */
  valuesOf?(play: Play | undefined, name: string): readonly Template[];
}

/** What all plays of a playbook share while their variables are looked at. */
export interface LintState extends LintContext {
  readonly registers: ReadonlyMap<string, Shape>;
  /** All that tasks register or set, anywhere. */
  readonly learned: ReadonlySet<string>;
  /** Those of them that are set otherwise than by register. */
  readonly assigned: ReadonlySet<string>;
  /** What tasks have registered or set up to the entry at hand. */
  readonly set: Set<string>;
  /** By the names whose shapes they know. */
  readonly types: Map<string, CelTypes>;
  /** Hosts and groups come into being during the run. */
  readonly growing: boolean;
}

export function lintStateOf(playbook: Playbook, context: LintContext): LintState {
  const tasks = playbook.plays.flatMap(tasksOf);
  return {
    ...context,
    registers: registersOf(tasks),
    learned: new Set(tasks.flatMap(setBy)),
    assigned: new Set(tasks.flatMap(assignedBy)),
    set: new Set(),
    types: new Map(),
    growing: tasks.some(({ module }) => module.addsToInventory),
  };
}

/** Names of variables that hosts have once a task has run. */
export function setBy(task: Task): readonly string[] {
  return [...(task.register === undefined ? [] : [task.register]), ...assignedBy(task)];
}

/** Those of them that are not registered. */
export function assignedBy(task: Task): readonly string[] {
  const { properties = {} } = task.module.args;
  const sets = task.module.setsVariables || task.module.addsToInventory;
  return [
    ...[...task.args.keys()].filter((name) => sets && !Object.hasOwn(properties, name)),
    ...(task.variableFiles?.layers.flatMap(namesOf) ?? []),
  ];
}

/** The shapes of variables whose names nothing else can stand for. */
export function shapesOf({ registers, facts }: LintState, hidden: ReadonlySet<string>): ReadonlyMap<string, Shape> {
  const shapes = [...magicShapes, ['facts', { fields: facts }] as const, ...registers];
  return new Map(shapes.filter(([name]) => !hidden.has(name)));
}

export function namesOf(layer: VariableLayer): readonly string[] {
  return [...layer.variables.keys()];
}

export function loopNames(loop: Loop): readonly string[] {
  return [
    loop.variable,
    ...(loop.indexVariable === undefined ? [] : [loop.indexVariable]),
    ...(loop.extended ? ['ansible_loop'] : []),
  ];
}

export function settingTemplates(
  { environment, moduleDefaults, ...single }: Settings,
  module: string,
): readonly Template[] {
  return [...environment, ...(moduleDefaults.get(module)?.values() ?? []), ...Object.values(single)];
}
