import type { CelTypes } from '../../expressions/cel/types.ts';
import type { Shape } from '../../expressions/shape.ts';
import type { Template } from '../../expressions/types.ts';
import { magicShapes } from '../magic.ts';
import { registersOf } from '../registers.ts';
import type { Loop, Playbook, Settings, Task, VariableLayer } from '../types.ts';
import { tasksOf } from '../walk.ts';
import type { LintContext } from './lint.ts';

/** What all plays of a playbook share while their variables are looked at. */
export interface World extends LintContext {
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

export function worldOf(playbook: Playbook, context: LintContext): World {
  const tasks = playbook.plays.flatMap(tasksOf);
  return {
    ...context,
    registers: registersOf(tasks),
    learned: new Set(tasks.flatMap(setBy)),
    assigned: new Set(tasks.flatMap(assignedBy)),
    set: new Set(),
    types: new Map(),
    growing: tasks.some(({ module }) => ['add_host', 'group_by'].includes(module.name)),
  };
}

/** Names of variables that hosts have once a task has run. */
export function setBy(task: Task): readonly string[] {
  return [...(task.register === undefined ? [] : [task.register]), ...assignedBy(task)];
}

/** Those of them that are not registered. */
export function assignedBy(task: Task): readonly string[] {
  const { properties = {} } = task.module.args;
  const sets = task.module.setsVariables || task.module.name === 'add_host';
  return [
    ...[...task.args.keys()].filter((name) => sets && !Object.hasOwn(properties, name)),
    ...(task.variableFiles?.layers.flatMap(namesOf) ?? []),
  ];
}

/** The shapes of variables whose names nothing else can stand for. */
export function shapesOf({ registers, facts }: World, hidden: ReadonlySet<string>): ReadonlyMap<string, Shape> {
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
