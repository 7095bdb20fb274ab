import { readFileSync } from 'node:fs';
import type { AnyModule } from '../contract/module.ts';
import type { Evaluated, RenderedFile, Verdict } from '../contract/schema.ts';
import { describe, type MapEntry, type SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import { compileCondition } from '../template/condition.ts';
import { compileExpression } from '../template/expression.ts';
import { compileFile } from '../template/file.ts';
import type { Template } from '../template/types.ts';
import { compileValue } from '../template/value.ts';
import { type ArgumentProblem, unknownPart, validateArguments } from './arguments-validate.ts';
import type { CompiledFile, Context } from './context.ts';
import { holdsExpression, writtenText } from './kinds.ts';
import { type FileFormat, findFile, shownPath } from './local-files.ts';
import { normaliseMode } from './mode.ts';
import { formatOf, holdsSpecial, isTextOnly, itemSchema, propertySchema, type Schema, specialFormats, typesOf } from './schema-walk.ts';

/** An argument, compiled, with what of its value is known before the run. */
interface Compiled {
  readonly template: Template;
  readonly known: unknown;
}

/** `partial`: these are defaults, a task gives the rest. */
export function compileArguments(
  module: AnyModule,
  entries: readonly MapEntry[],
  at: Place,
  context: Context,
  { partial = false }: { partial?: boolean } = {},
): ReadonlyMap<string, Template> {
  const { diagnostics } = context.loader;
  const args = new Map<string, Template>();
  const known: Record<string, unknown> = {};
  if (!partial) for (const name of context.settings.moduleDefaults.get(module.name)?.keys() ?? []) known[name] = unknownPart;
  for (const { key, value } of entries) {
    const compiled = compileBySchema(value, propertySchema(module.args, key), context);
    args.set(key, compiled.template);
    known[key] = compiled.known;
  }
  const constant = Object.fromEntries(entries.map(({ key }) => [key, known[key]] as const).filter(([, value]) => !holdsUnknown(value)));
  const problems = validateArguments(module, known);
  for (const problem of problems) {
    if (partial && problem.code === 'missing-argument') continue;
    diagnostics.error(problem.code, placeOf(problem, entries, at), problem.message, problem.hint);
  }
  if (!partial && problems.length === 0) for (const message of module.lint?.(constant) ?? []) diagnostics.error('argument-lint', at, `'${module.name}': ${message}`);
  return args;
}

function holdsUnknown(value: unknown): boolean {
  return value === unknownPart || (typeof value === 'object' && value !== null && Object.values(value).some(holdsUnknown));
}

/** The place of the exact argument that a problem is about. */
function placeOf({ path, key }: ArgumentProblem, entries: readonly MapEntry[], at: Place): Place {
  let place = at;
  let node: SourceNode | undefined;
  for (const [depth, name] of [...path, ...(key === undefined ? [] : [key])].entries()) {
    const within: readonly MapEntry[] = depth === 0 ? entries : node?.kind === 'map' ? node.entries : [];
    const entry = within.find((e) => e.key === name);
    node = node?.kind === 'list' ? node.items[Number(name)] : entry?.value;
    if (!node) break;
    place = depth === path.length && entry ? entry.keyPlace : node.place;
  }
  return place;
}

function compileBySchema(node: SourceNode, schema: Schema, context: Context): Compiled {
  const { diagnostics } = context.loader;
  const format = formatOf(schema);
  if (holdsSpecial(schema)) {
    if (node.kind === 'list' && typesOf(schema).has('array')) return together(node, node.items.map((item) => compileBySchema(item, itemSchema(schema), context)));
    if (node.kind === 'map' && typesOf(schema).has('object')) {
      const parts = node.entries.map((e) => compileBySchema(e.value, propertySchema(schema, e.key), context));
      return together(node, parts, node.entries.map((e) => e.key));
    }
    if (specialFormats.has(format)) return compileSpecial(node, format!, context);
    if (node.kind === 'scalar' && !holdsExpression(node) && !typesOf(schema).has('string') && specialFormats.has(formatOf(itemSchema(schema))))
      return together(node, [compileBySchema(node, itemSchema(schema), context)]);
  }
  const written = asSchemaSays(node, schema);
  const template = compileValue(written, diagnostics);
  if (template.constant) return { template, known: constantValue(written, template) };
  return { template, known: partly(written, diagnosticsFree(written, template)) };
}
