import type { CelTypes } from '../../expressions/cel/types.ts';
import type { Shape } from '../../expressions/shape.ts';
import type { Template } from '../../expressions/types.ts';
import { magicShapes } from '../magic.ts';
import { registersOf } from '../registers.ts';
import type { Loop, Play, Playbook, Settings, Task, VariableLayer } from '../types.ts';
import { tasksOf } from '../walk.ts';

/** What the linter knows besides the playbook. */
export interface LintContext {
  /** Without one, what it could define is not checked. */
  readonly inventory?: InventoryNames;
  /** Names of extra vars. */
  readonly extra: ReadonlySet<string>;
  /** The shape of `facts`. */
  readonly facts: Readonly<Record<string, Shape>>;
  /** --become is given. */
  readonly become: boolean;
}

export interface InventoryNames {
  readonly hosts: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** Variables that the inventory sets for hosts of the play. */
  variablesOf(play: Play): ReadonlySet<string>;
  /** Variables that the inventory sets for any host. */
  readonly variables: ReadonlySet<string>;
  /** The values of an inventory variable for hosts of the play (or any host); marks them as used. */
  valuesOf?(play: Play | undefined, name: string): readonly Template[];
}

/** State shared by all plays while their variables are checked. */
export interface LintState extends LintContext {
  readonly registers: ReadonlyMap<string, Shape>;
  /** All variables that any task registers or sets. */
  readonly learned: ReadonlySet<string>;
  /** Those of them that are not set by register. */
  readonly assigned: ReadonlySet<string>;
  /** Variables registered or set before the current entry. */
  readonly set: Set<string>;
  /** By the names whose shapes they declare. */
  readonly types: Map<string, CelTypes>;
  /** Tasks add hosts or groups to the inventory during the run. */
  readonly dynamic: boolean;
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
    dynamic: tasks.some(({ module }) => module.addsToInventory),
  };
}

/** Names of the variables that a task sets. */
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

/** The known shapes, without names that another variable may hide. */
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
