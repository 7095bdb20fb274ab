import type { MapNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import type { Template } from '../template/types.ts';
import { compileArguments } from './arguments-compile.ts';
import type { Context } from './context.ts';
import { type Fields, readFields, rejectKey } from './fields.ts';
import { holdsExpression } from './kinds.ts';
import { checkVariableName } from './layers.ts';
import { readModuleCall } from './module-call.ts';
import { inherit } from './settings.ts';
import type { Common, Loop, Task } from './types.ts';

/** One task, or undefined where it names no module that could run. */
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
  const loop = readLoop(fields, context);
  const until = readUntil(fields, context);
  if (!call) return { task: undefined, fields };
  const changedWhen = fields.conditions('changed_when');
  const failedWhen = fields.conditions('failed_when');
  const task: Task = {
    kind: 'task',
    ...common(node.place, fields, inherited, call.module.name),
    module: call.module,
    args: compileArguments(call.module, call.entries, call.place, inherited),
    argsPlace: call.place,
    searchPath: context.searchPath,
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

function readLoop(fields: Fields, { loader: { diagnostics } }: Context): Loop | undefined {
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
  const place = fields.place('until')!;
  return {
    conditions,
    retries: fields.template('retries') ?? constant(place, 3),
    delay: fields.template('delay') ?? constant(place, 5),
  };
}

function constant(place: Place, value: number): Template {
  return { place, constant: true, references: [], evaluate: () => value };
}
