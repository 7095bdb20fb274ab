import type { Template } from '../expressions/types.ts';
import type { MapEntry, MapNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import { compileArguments } from './arguments/compile.ts';
import type { Context } from './context.ts';
import { type Fields, readFields, rejectKey } from './fields.ts';
import { readVariableFiles } from './includes/vars.ts';
import { holdsExpression } from './kinds.ts';
import { checkVariableName } from './layers.ts';
import { type ModuleCall, readModuleCall } from './module-call.ts';
import { inherit } from './settings.ts';
import type { Common, Loop, Task } from './types.ts';

/** One task, or undefined if it names no usable module. */
export function readTask(
  node: MapNode,
  level: 'task' | 'handler',
  context: Context,
): { task: Task | undefined; fields: Fields } {
  const { diagnostics } = context.loader;
  const { fields, rest } = readFields(node, level, diagnostics);
  const call = readModuleCall(rest, fields, node.place, level, context);
  const inherited = inherit(context, fields, `vars of the ${level}`);
  const register = fields.text('register');
  if (register !== undefined) checkVariableName(register, fields.node('register')!.place, diagnostics);
  const loop = oldLoop(fields, rest) ?? readLoop(fields, context);
  const until = readUntil(fields, context);
  checkAsync(fields, call, context);
  if (!call) return { task: undefined, fields };
  const changedWhen = fields.conditions('changed_when');
  const failedWhen = fields.conditions('failed_when');
  const task: Task = {
    kind: 'task',
    ...common(node.place, fields, call.local ? onThisMachine(inherited, call.place) : inherited, call.module.name),
    module: call.module,
    args: compileArguments(call.module, call.entries, call.place, inherited),
    argsPlace: call.place,
    searchPath: context.searchPath,
    ...(call.module.name === 'include_vars' && { variableFiles: readVariableFiles(call, loop, inherited) }),
    ...(loop && { loop }),
    ...(register !== undefined && { register }),
    ...(until && { until }),
    ...(changedWhen && { changedWhen }),
    ...(failedWhen && { failedWhen }),
  };
  return { task, fields };
}

/** What every entry has; without a name it is called `otherwise`. */
export function common(
  place: Place,
  fields: Fields,
  { when, tags, settings, layers, notify, role }: Context,
  otherwise: string,
): Common {
  const nameNode = fields.node('name');
  const title = nameNode && holdsExpression(nameNode) ? fields.template('name') : undefined;
  return {
    name: fields.text('name') ?? otherwise,
    ...(title && { title }),
    place,
    when,
    tags,
    settings,
    layers,
    notify,
    ...(role && { role }),
  };
}

/** A loop in Ansible's old form has been reported: do not report its variables as undefined too. */
function oldLoop(fields: Fields, rest: readonly MapEntry[]): Loop | undefined {
  const old = rest.find(({ key }) => key.startsWith('with_'));
  const named = (name: string): string | undefined => {
    const value = fields.map('loop_control')?.entries.find(({ key }) => key === name)?.value;
    return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
  };
  const indexVariable = named('index_var');
  return (
    old && {
      over: { place: old.keyPlace, constant: true, references: [], evaluate: () => [] },
      variable: named('loop_var') ?? 'item',
      extended: true,
      ...(indexVariable !== undefined && { indexVariable }),
    }
  );
}

export function readLoop(fields: Fields, { loader: { diagnostics } }: Context): Loop | undefined {
  const over = fields.template('loop');
  const control = fields.map('loop_control');
  if (!over) {
    if (control)
      diagnostics.error('keyword-alone', fields.place('loop_control'), "'loop_control' means nothing without 'loop'");
    return undefined;
  }
  const { fields: controls, rest } = readFields(
    control ?? { kind: 'map', place: over.place, entries: [] },
    'loop_control',
    diagnostics,
  );
  for (const entry of rest) rejectKey(entry, 'loop_control', diagnostics);
  for (const keyword of ['loop_var', 'index_var'])
    if (controls.has(keyword)) checkVariableName(controls.text(keyword)!, controls.node(keyword)!.place, diagnostics);
  const indexVariable = controls.text('index_var');
  const label = controls.template('label');
  const pauseSeconds = controls.template('pause');
  return {
    over,
    variable: controls.text('loop_var') ?? 'item',
    extended: controls.flag('extended') ?? false,
    ...(indexVariable !== undefined && { indexVariable }),
    ...(label && { label }),
    ...(pauseSeconds && { pauseSeconds }),
  };
}

function readUntil(fields: Fields, { loader: { diagnostics } }: Context): Task['until'] {
  const conditions = fields.conditions('until');
  if (!conditions) {
    for (const keyword of ['retries', 'delay'])
      if (fields.has(keyword))
        diagnostics.error('keyword-alone', fields.place(keyword), `'${keyword}' means nothing without 'until'`);
    return undefined;
  }
  return conditions;
}

/** Only modules whose change is one command can run detached: others need the connection to work. */
function checkAsync(fields: Fields, call: ModuleCall | undefined, { loader: { diagnostics, modules } }: Context): void {
  if (!fields.has('async')) {
    if (fields.has('poll'))
      diagnostics.error('keyword-alone', fields.place('poll'), "'poll' means nothing without 'async'");
    return;
  }
  if (call && !call.module.detachable) {
    const able = modules.names.filter((name) => modules.find(name)?.detachable).join(', ');
    diagnostics.error(
      'async-module',
      fields.place('async'),
      `'${call.module.name}' cannot run detached from its connection: it looks at the host while it works`,
      `leave async out: tasks may take as long as they need; async is for ${able}`,
    );
  }
}

function onThisMachine(context: Context, place: Place): Context {
  return { ...context, settings: { ...context.settings, delegateTo: constant(place, 'localhost') } };
}

function constant(place: Place, value: number | string): Template {
  return { place, constant: true, references: [], evaluate: () => value };
}
