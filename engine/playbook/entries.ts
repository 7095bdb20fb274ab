import { suggest } from '../source/nearest.ts';
import { describe, entryOf, type MapEntry, type MapNode, type SourceNode } from '../source/node.ts';
import type { Context } from './context.ts';
import { readFields, rejectKey } from './fields.ts';
import { type IncludeName, includeNames } from './includes/arguments.ts';
import type { Readers } from './includes/candidate.ts';
import { readImport } from './includes/imports.ts';
import { readInclude } from './includes/include.ts';
import { writtenText } from './kinds.ts';
import { withoutCollection } from './module-names.ts';
import { inherit } from './settings.ts';
import { common, readTask } from './task.ts';
import type { Block, Entry, Handler, Include, Meta, Task } from './types.ts';

const readers: Readers = {
  entries: (list) => readEntries(list.node, list.context),
  handlers: (list) => readHandlers(list.node, list.context),
};

/** A list of tasks, blocks, imports and includes; imported entries replace their import. */
export function readEntries(node: SourceNode | undefined, context: Context): readonly Entry[] {
  return maps(node, 'tasks', context).flatMap((map): readonly Entry[] => {
    if (entryOf(map, 'block')) return [readBlock(map, context)];
    const special = specialEntry(map);
    if (special?.name === 'meta') return listOf(readMeta(map, special.entry, context));
    if (special?.name === 'import_tasks' || special?.name === 'import_role')
      return readImport(map, special.name, special.entry, context).flatMap(readers.entries);
    if (special) return listOf(readInclude(map, special.name, special.entry, context, readers));
    return listOf(readTask(map, 'task', context).task);
  });
}

function listOf<T>(entry: T | undefined): readonly T[] {
  return entry === undefined ? [] : [entry];
}

/** A list of handlers, which may also import task files, or include one as a handler. */
export function readHandlers(node: SourceNode | undefined, context: Context): readonly Handler[] {
  const { diagnostics } = context.loader;
  return maps(node, 'handlers', context).flatMap((map) => {
    const special = specialEntry(map);
    if (special?.name === 'import_tasks')
      return readImport(map, special.name, special.entry, context).flatMap(readers.handlers);
    const wrong = entryOf(map, 'block') ?? (special?.name.endsWith('role') ? special.entry : undefined);
    if (wrong) {
      diagnostics.error(
        'misplaced-keyword',
        wrong.keyPlace,
        `'${wrong.key}' is not allowed among handlers`,
        'move the tasks to a file and use include_tasks here',
      );
      return [];
    }
    const own = map.entries.filter(({ key }) => key === 'listen');
    const { fields } = readFields({ ...map, entries: own }, 'handler', diagnostics);
    const entry = readHandler({ ...map, entries: map.entries.filter((e) => !own.includes(e)) }, special, context);
    if (entry?.title)
      diagnostics.error(
        'handler-name',
        entryOf(map, 'name')!.value.place,
        'a handler name cannot contain an expression, because notify could not be checked',
      );
    return entry ? [{ ...entry, listen: fields.scalars('listen').map(writtenText) }] : [];
  });
}

function readHandler(
  map: MapNode,
  special: ReturnType<typeof specialEntry>,
  context: Context,
): Task | Meta | Include | undefined {
  if (special?.name === 'meta') return readMeta(map, special.entry, context, ['flush_handlers']);
  if (special?.name === 'include_tasks') return readInclude(map, special.name, special.entry, context, readers);
  return readTask(map, 'handler', context).task;
}

function maps(node: SourceNode | undefined, what: string, { loader: { diagnostics } }: Context): readonly MapNode[] {
  if (!node || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'list') {
    diagnostics.error('file-shape', node.place, `expected a list of ${what}, found ${describe(node)}`);
    return [];
  }
  return node.items.filter((item): item is MapNode => {
    if (item.kind !== 'map')
      diagnostics.error('file-shape', item.place, `expected a map in the list of ${what}, found ${describe(item)}`);
    else if (entryOf(item, 'hosts') && ['tasks', 'roles'].some((key) => entryOf(item, key))) {
      const hint = 'import the file with import_playbook, at the level of plays';
      diagnostics.error('file-shape', item.place, `expected a list of ${what}, found a play`, hint);
      return false;
    }
    return item.kind === 'map';
  });
}

type Special = 'meta' | IncludeName;

function specialEntry(map: MapNode): { readonly name: Special; readonly entry: MapEntry } | undefined {
  for (const entry of map.entries) {
    const name = (['meta', ...includeNames] as const).find((special) => special === withoutCollection(entry.key));
    if (name) return { name, entry };
  }
  return undefined;
}

function readBlock(node: MapNode, context: Context): Block {
  const { diagnostics } = context.loader;
  const { fields, rest } = readFields(node, 'block', diagnostics);
  for (const entry of rest) rejectKey(entry, 'block', diagnostics);
  const inherited = inherit(context, fields, 'vars of the block');
  const list = (name: string): readonly Entry[] => readEntries(fields.node(name), inherited);
  return {
    kind: 'block',
    ...common(node.place, fields, inherited, 'block'),
    block: list('block'),
    rescue: list('rescue'),
    always: list('always'),
  };
}

export const metaActions = [
  'flush_handlers',
  'end_host',
  'end_play',
  'end_batch',
  'clear_host_errors',
  'reset_connection',
  'refresh_inventory',
  'noop',
] as const;

/** `except`: actions that are not allowed here. */
function readMeta(
  node: MapNode,
  { key, value }: MapEntry,
  context: Context,
  except: readonly Meta['action'][] = [],
): Meta | undefined {
  const { diagnostics } = context.loader;
  const { fields, rest } = readFields(node, 'import', diagnostics);
  for (const entry of rest) if (entry.key !== key) rejectKey(entry, 'task', diagnostics);
  const text = value.kind === 'scalar' ? writtenText(value) : '';
  const known = metaActions.filter((name) => !except.includes(name));
  const action = known.find((name) => name === text);
  if (action === undefined) {
    diagnostics.error(
      'keyword-value',
      value.place,
      `'meta' cannot be ${value.kind === 'scalar' ? `'${text}'` : describe(value)}${except.length > 0 ? ' among handlers' : ''}`,
      suggest(text, known),
    );
    return undefined;
  }
  return {
    kind: 'meta',
    ...common(node.place, fields, inherit(context, fields, 'vars of the task'), `meta: ${action}`),
    action,
  };
}
