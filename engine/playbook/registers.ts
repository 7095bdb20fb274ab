import type { Shape } from '../expressions/shape.ts';
import { isSchema, type Schema } from './arguments/schema-walk.ts';
import type { Task } from './types.ts';

/** Fields of every result, whatever its module. */
const common: Readonly<Record<string, Shape>> = {
  changed: 'bool',
  failed: 'bool',
  skipped: 'bool',
  unreachable: 'bool',
  msg: 'string',
  differences: { list: 'any' },
  attempts: 'int',
  unknown: 'any',
};

/** The shapes of all registered results: a name may hold the result of any task that registers it. */
export function registersOf(tasks: readonly Task[]): ReadonlyMap<string, Shape> {
  const registers = new Map<string, Shape>();
  for (const task of tasks) {
    if (task.register === undefined) continue;
    const before = registers.get(task.register);
    const shape = resultOf(task);
    registers.set(task.register, before === undefined ? shape : either(before, shape));
  }
  return registers;
}

/** Additional fields of the result of a background command. */
const ofJobs: Readonly<Record<string, Shape>> = { ansible_job_id: 'string', started: 'bool', finished: 'bool' };

function resultOf({ module, loop, settings }: Task): Shape {
  const { returns } = module;
  if (returns?.properties === undefined || (returns['additionalProperties'] ?? false) !== false) return 'any';
  const own = Object.entries(returns.properties).map(([name, schema]) => [name, shapeOf(schema as Schema)]);
  const fields = {
    ...common,
    ...(settings.asyncSeconds && ofJobs),
    ...(Object.fromEntries(own) as Record<string, Shape>),
  };
  if (!loop) return { fields };
  const item: Shape = { fields: { ...fields, [loop.variable]: 'any' } };
  return { fields: { ...common, results: { list: item } } };
}

function shapeOf(schema: Schema): Shape {
  switch (schema['type']) {
    case 'boolean':
      return 'bool';
    case 'integer':
      return 'int';
    case 'string':
      return 'string';
    case 'array':
      return { list: isSchema(schema['items']) ? shapeOf(schema['items']) : 'any' };
    case 'object': {
      const { properties, additionalProperties } = schema;
      if (!isSchema(properties) || (additionalProperties ?? false) !== false) return 'any';
      const fields = Object.entries(properties).map(([name, inner]) => [name, shapeOf(inner as Schema)]);
      return { fields: Object.fromEntries(fields) as Record<string, Shape> };
    }
    default:
      return 'any';
  }
}

/** The shape of a value that has one shape or the other: all fields of both maps; `any` where they disagree. */
function either(a: Shape, b: Shape): Shape {
  if (typeof a === 'string' || typeof b === 'string') return a === b ? a : 'any';
  if ('list' in a && 'list' in b) return { list: either(a.list, b.list) };
  if (!('fields' in a && 'fields' in b)) return 'any';
  const fields: Record<string, Shape> = { ...a.fields };
  for (const [name, shape] of Object.entries(b.fields)) {
    const other = fields[name];
    fields[name] = other === undefined ? shape : either(other, shape);
  }
  return { fields };
}
