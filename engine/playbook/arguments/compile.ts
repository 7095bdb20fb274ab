import { isAbsolute } from 'node:path';
import { compileCondition, compileExpression } from '../../expressions/condition.ts';
import { compileFile, type FileTemplate } from '../../expressions/handlebars/text.ts';
import type { Template, Typed } from '../../expressions/types.ts';
import { compileValue } from '../../expressions/value.ts';
import { valuesUsed } from '../../expressions/values-used.ts';
import type { AnyModule } from '../../module/module.ts';
import type { Evaluated, RenderedFile, Verdict } from '../../module/schema.ts';
import { describe, type MapEntry, type SourceNode } from '../../source/node.ts';
import { type Place, shownPath } from '../../source/place.ts';
import type { Context } from '../context.ts';
import { holdsExpression, writtenText } from '../kinds.ts';
import { type FileFormat, findFile, isFile } from '../local-files.ts';
import { checkTaskFile, openTaskFile, withSecretOutput } from '../vaulted-files.ts';
import { computedName } from './computed-name.ts';
import { normaliseMode } from './formats.ts';
import {
  formatOf,
  holdsSpecial,
  isTextOnly,
  itemSchema,
  propertySchema,
  type Schema,
  specialFormats,
  typesOf,
} from './schema-walk.ts';
import { holdsUnknown, unknownPart, validateArguments } from './validate.ts';
import type { ArgumentProblem } from './words.ts';

/** A compiled argument, with the part of its value that is known before the run. */
interface Compiled {
  readonly template: Template;
  readonly known: unknown;
}

/** `partial`: these are defaults, and tasks supply the rest. */
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
  if (!partial) for (const name of defaultNames(module, context)) known[name] = unknownPart;
  for (const { key, value } of entries) {
    const compiled = compileBySchema(value, propertySchema(module.args, key), context);
    args.set(key, compiled.template);
    known[key] = compiled.known;
  }
  checkFiles(known, module.args, entries, context);
  const given = { ...known };
  const problems = validateArguments(module, known);
  for (const problem of problems) {
    if (partial && problem.code === 'missing-argument') continue;
    if (problem.code === 'missing-argument' && isMisspelled(problem, problems)) continue;
    diagnostics.error(problem.code, placeOf(problem, entries, at), problem.message, problem.hint);
  }
  if (!partial && problems.length === 0)
    for (const message of lintKnown(module, given))
      diagnostics.error('argument-lint', at, `'${module.name}': ${message}`);
  return args;
}

/** Reports, before the run, files of the task that cannot be read or decrypted. */
function checkFiles(
  known: Readonly<Record<string, unknown>>,
  schema: Schema,
  entries: readonly MapEntry[],
  { loader }: Context,
): void {
  const decrypt = !('decrypt' in known) || known['decrypt'] === true;
  for (const { key, value } of entries) {
    const path = known[key];
    // What was not found is no path, and reported.
    if (typeof path === 'string' && isAbsolute(path) && formatOf(propertySchema(schema, key)) === 'local-file')
      if (isFile(path)) checkTaskFile(path, loader, value.place, { decrypt });
  }
}

/** Arguments that module_defaults set; they are validated where they are written. */
function defaultNames(module: AnyModule, { settings }: Context): readonly string[] {
  return [...(settings.moduleDefaults.get(module.name)?.keys() ?? [])].filter((name) =>
    Object.hasOwn(module.args.properties ?? {}, name),
  );
}

/** The lint messages that appear both with unknown values left out and with placeholders for them, so they cannot be about those. */
function lintKnown(module: AnyModule, given: Readonly<Record<string, unknown>>): readonly string[] {
  if (!module.lint) return [];
  const known = Object.entries(given).filter(([, value]) => !holdsUnknown(value));
  const leftOut = module.lint(Object.fromEntries(known));
  if (leftOut.length === 0 || known.length === Object.keys(given).length) return leftOut;
  const something = Object.keys(given).map((name) => [name, '{{ unknown }}'] as const);
  const withPlaceholders = module.lint(Object.fromEntries([...something, ...known]));
  return leftOut.filter((message) => withPlaceholders.includes(message));
}

/** The place of the exact argument with the problem. */
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

/** The missing argument is present under a misspelled name, which is already reported. */
function isMisspelled(missing: ArgumentProblem, problems: readonly ArgumentProblem[]): boolean {
  const hints = problems.flatMap((p) => (p.code === 'unknown-argument' && p.hint !== undefined ? [p.hint] : []));
  return hints.some(
    (hint) => hint.startsWith('did you mean') && missing.message.endsWith(hint.slice(12).replace('?', '').trim()),
  );
}

function compileBySchema(node: SourceNode, schema: Schema, context: Context): Compiled {
  const { diagnostics } = context.loader;
  const format = formatOf(schema);
  if (holdsSpecial(schema)) {
    if (node.kind === 'list' && typesOf(schema).has('array'))
      return combine(
        node,
        node.items.map((item) => compileBySchema(item, itemSchema(schema), context)),
      );
    if (node.kind === 'map' && typesOf(schema).has('object')) {
      const parts = node.entries.map((e) => compileBySchema(e.value, propertySchema(schema, e.key), context));
      return combine(
        node,
        parts,
        node.entries.map((e) => e.key),
      );
    }
    if (specialFormats.has(format)) return compileSpecial(node, format!, context);
    if (
      node.kind === 'scalar' &&
      !holdsExpression(node) &&
      !typesOf(schema).has('string') &&
      specialFormats.has(formatOf(itemSchema(schema)))
    )
      return combine(node, [compileBySchema(node, itemSchema(schema), context)]);
  }
  const written = conformToSchema(node, schema);
  const template = compileValue(written, diagnostics);
  return { template, known: knownValue(written) };
}

/** The part of the value that is known before the run. */
function knownValue(node: SourceNode): unknown {
  if (node.kind === 'list') return node.items.map(knownValue);
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, knownValue(value)]));
  return holdsExpression(node) ? unknownPart : node.value;
}

/** Where the schema requires text, numbers and booleans become the text as written; modes are normalized. */
function conformToSchema(node: SourceNode, schema: Schema): SourceNode {
  if (node.kind === 'list')
    return { ...node, items: node.items.map((item) => conformToSchema(item, itemSchema(schema))) };
  if (node.kind === 'map')
    return {
      ...node,
      entries: node.entries.map((e) => ({ ...e, value: conformToSchema(e.value, propertySchema(schema, e.key)) })),
    };
  if (node.value === null || !isTextOnly(schema) || holdsExpression(node)) return node;
  const text = writtenText(node);
  const mode = formatOf(schema) === 'mode' ? normaliseMode(text) : text;
  return { ...node, value: typeof mode === 'string' ? mode : text };
}

/** A list or map whose parts are compiled by their own schemas. */
function combine(node: SourceNode, parts: readonly Compiled[], keys?: readonly string[]): Compiled {
  const object = (values: readonly unknown[]): unknown =>
    keys ? Object.fromEntries(keys.map((key, i) => [key, values[i]])) : values;
  return {
    template: {
      place: node.place,
      constant: parts.every((part) => part.template.constant),
      references: parts.flatMap((part) => part.template.references),
      expressions: parts.flatMap((part) => part.template.expressions ?? []),
      evaluate: (scope) => object(parts.map((part) => part.template.evaluate(scope))),
    },
    known: object(parts.map((part) => part.known)),
  };
}

/** Values that the module receives as more than text. They are compiled here, never from data. */
function compileSpecial(node: SourceNode, format: string, context: Context): Compiled {
  const { diagnostics } = context.loader;
  if (format === 'condition') {
    const conditions = compileCondition(node, diagnostics);
    const source = conditions.map((c) => c.source).join(' && ');
    return computed(node, conditions, (scope): Verdict => {
      const failed = conditions.find((c) => !c.holds(scope));
      return failed ? { source, holds: false, values: valuesUsed(failed.references, scope) } : { source, holds: true };
    });
  }
  if (format === 'expression') {
    const expression = compileExpression(node, diagnostics);
    return computed(
      node,
      [expression],
      (scope): Evaluated => ({ source: expression.source, value: expression.evaluate(scope) }),
    );
  }
  if (node.kind !== 'scalar' || node.value === null) {
    diagnostics.error('argument-value', node.place, `this must be a file name, but it is ${describe(node)}`);
    return computed(node, [], () => undefined);
  }
  if (holdsExpression(node)) return { template: computedName(compileValue(node, diagnostics)), known: unknownPart };
  if (format === 'local-path') return { template: compileValue(node, diagnostics), known: knownValue(node) };
  return compileFileName(node, writtenText(node), format as FileFormat, context);
}

/** Before the run, only the source text of a computed value is known. */
function computed(node: SourceNode, expressions: readonly Typed[], evaluate: Template['evaluate']): Compiled {
  const known = node.kind === 'scalar' ? writtenText(node) : unknownPart;
  const references = expressions.flatMap((e) => e.references);
  return { template: { place: node.place, constant: false, references, expressions, evaluate }, known };
}

/** Finds a file of constant name, and compiles a template, before anything runs. */
function compileFileName(node: SourceNode, name: string, format: FileFormat, context: Context): Compiled {
  const { diagnostics } = context.loader;
  const search = findFile(name, format, context.searchPath);
  if (search.found === undefined) {
    diagnostics.error(
      'missing-file',
      node.place,
      `there is no ${format === 'template-file' ? 'template' : 'file'} '${name}'`,
      search.why,
    );
    return computed(node, [], () => name);
  }
  const path = search.found;
  if (format === 'local-file') {
    context.loader.vault.inputs?.noteFile(path);
    return { template: { place: node.place, constant: true, references: [], evaluate: () => path }, known: path };
  }
  const file = compiledFile(path, node.place, context);
  const { template, known } = computed(node, [], (scope): RenderedFile => ({ path, content: file.render(scope) }));
  return { template: { ...template, references: file.references }, known };
}

function compiledFile(path: string, at: Place, { loader }: Context): FileTemplate {
  const known = loader.templateFiles.get(path);
  if (known) return known;
  const opened = openTaskFile(path, loader, at);
  const compiled = compileFile(shownPath(path), opened?.content.toString('utf8') ?? '', loader.diagnostics);
  const file = opened?.encrypted ? withSecretOutput(compiled, loader.vault.secrets) : compiled;
  loader.templateFiles.set(path, file);
  return file;
}
