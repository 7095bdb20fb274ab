import type { AnyModule } from '../module/module.ts';
import { suggest } from '../source/nearest.ts';
import { entryOf, type MapEntry, type SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import type { Context } from './context.ts';
import { type Fields, isLater, rejectKey } from './fields.ts';
import { keywords, type Level } from './keywords.ts';
import { describeWritten, holdsExpression, writtenText } from './kinds.ts';
import { suggestModule } from './module-names.ts';
import { inlineArguments, inYaml, pairsIn } from './name-value-text.ts';

/** The module that a task names, and its arguments as written. */
export interface ModuleCall {
  readonly module: AnyModule;
  readonly place: Place;
  readonly entries: readonly MapEntry[];
  /** Written as local_action. */
  readonly local: boolean;
}

/** Finds the module among the keys of a task that are not keywords of its level, and reports all other keys. */
export function readModuleCall(
  rest: readonly MapEntry[],
  fields: Fields,
  at: Place,
  level: Level,
  context: Context,
): ModuleCall | undefined {
  const { modules, diagnostics } = context.loader;
  const written = ['action', 'local_action'].flatMap((keyword) => readAction(keyword, fields, context) ?? []);
  const calls = [...written, ...rest].filter((entry) => modules.find(entry.key) !== undefined);
  const others = rest.filter((entry) => !calls.includes(entry));
  const strangers = others.filter(
    ({ key }) => !Object.hasOwn(keywords, key) && !isLater(key) && !key.startsWith('with_'),
  );
  const [call, second] = calls;
  // without a module, the unknown key is most likely a misspelled one
  const misspelled = call
    ? undefined
    : (strangers.find(({ key }) => suggest(key, modules.names)?.startsWith('did you mean')) ?? strangers[0]);
  for (const entry of others) {
    if (entry !== misspelled) rejectKey(entry, level, diagnostics, modules.names);
    else
      diagnostics.error(
        'unknown-module',
        entry.keyPlace,
        `there is no module '${entry.key}'`,
        suggestModule(entry.key, [...modules.names, ...(strangers.length === 1 ? Object.keys(keywords) : [])]),
      );
  }
  if (second)
    diagnostics.error(
      'two-modules',
      second.keyPlace,
      `a task must name one module, but this one names '${call!.key}' and '${second.key}'`,
      'split it into two tasks',
    );
  if (!call) {
    if (fields.has('action') || fields.has('local_action')) return undefined;
    if (others.length === 0) diagnostics.error('no-module', at, 'this task names no module');
    return undefined;
  }
  const module = modules.find(call.key)!;
  const local = fields.has('local_action');
  if (local && fields.has('delegate_to'))
    diagnostics.error(
      'two-modules',
      fields.place('delegate_to'),
      "'local_action' and 'delegate_to' cannot be combined",
      'remove one: local_action means delegate_to: localhost',
    );
  const entries = readEntries(call, module, context);
  const more = fields.map('args')?.entries ?? [];
  for (const { key, keyPlace } of more)
    if (entries?.some((e) => e.key === key))
      diagnostics.error('argument-twice', keyPlace, `'${key}' is set twice: in the module and in 'args'`);
  return (
    entries && {
      module,
      place: call.keyPlace,
      local,
      entries: [...entries, ...more.filter(({ key }) => !entries.some((e) => e.key === key))],
    }
  );
}

/** Converts `action: command uptime` and `action: { module: command, cmd: uptime }` to the entry `command: …`. */
function readAction(
  keyword: string,
  fields: Fields,
  { loader: { modules, diagnostics } }: Context,
): MapEntry | undefined {
  const node = fields.node(keyword);
  if (!node) return undefined;
  const find = (key: string, keyPlace: Place, value: SourceNode): MapEntry | undefined => {
    if (modules.find(key)) return { key, keyPlace, value };
    diagnostics.error('unknown-module', keyPlace, `there is no module '${key}'`, suggestModule(key, modules.names));
    return undefined;
  };
  if (
    node.kind === 'scalar' &&
    typeof node.value === 'string' &&
    !holdsExpression({ ...node, value: firstWord(node.value) })
  ) {
    const name = firstWord(node.value);
    const rest = node.value.slice(node.value.indexOf(name) + name.length);
    const text = rest.trim();
    const column = node.place.column + (node.plain ? node.value.length - rest.trimStart().length : 0);
    const place = { ...node.place, column };
    return find(name, node.place, {
      kind: 'scalar',
      place,
      value: text === '' ? null : text,
      source: text,
      plain: node.plain,
    });
  }
  const named = node.kind === 'map' ? entryOf(node, 'module') : undefined;
  if (
    node.kind === 'map' &&
    named?.value.kind === 'scalar' &&
    typeof named.value.value === 'string' &&
    !holdsExpression(named.value)
  )
    return find(named.value.value, named.value.place, { ...node, entries: node.entries.filter((e) => e !== named) });
  diagnostics.error(
    'keyword-type',
    node.place,
    `'${keyword}' must name a module, as text or as 'module' in a map`,
    `write: ${keyword}: { module: command, cmd: uptime }`,
  );
  return undefined;
}

function firstWord(text: string): string {
  return text.trim().split(/\s/, 1)[0]!;
}

/** A map of arguments, text for the free-form argument, or nothing. Undefined: invalid, and reported. */
function readEntries(
  { key, keyPlace, value }: MapEntry,
  module: AnyModule,
  { loader }: Context,
): readonly MapEntry[] | undefined {
  const { diagnostics } = loader;
  if (value.kind === 'map') return value.entries;
  if (value.kind === 'scalar' && value.value === null) return [];
  const { freeForm } = module;
  if (freeForm !== undefined) {
    const found = value.kind === 'scalar' ? inlineArguments(writtenText(value), module, freeForm) : [];
    if (found.length === 0) return [{ key: freeForm, keyPlace, value }];
    const names = found.map(({ name }) => `'${name}='`).join(', ');
    diagnostics.error(
      'free-form',
      value.place,
      `${names} in the text of '${key}' ${found.length === 1 ? 'is not parsed as an argument' : 'are not parsed as arguments'}`,
      `write: args: { ${found.map((one) => inYaml(one, module)).join(', ')} }`,
    );
    return undefined;
  }
  if (value.kind === 'scalar' && !writtenText(value).trimStart().startsWith('{{')) {
    const pairs = pairsIn(writtenText(value));
    if (pairs.length > 0) {
      const map = pairs.map((pair) => inYaml(pair, module)).join(', ');
      diagnostics.error(
        'free-form',
        value.place,
        `'${key}' takes a map of arguments, not name=value text`,
        `write: ${key}: { ${map} }`,
      );
      return undefined;
    }
  }
  const names = Object.keys(module.args.properties ?? {})
    .slice(0, 6)
    .join(', ');
  diagnostics.error(
    'free-form',
    value.place,
    `'${key}' takes a map of arguments, but this is ${describeWritten(value)}`,
    names === '' ? undefined : `arguments: ${names}`,
  );
  return undefined;
}
