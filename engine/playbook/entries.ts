import { dirname, isAbsolute, resolve } from 'node:path';
import { suggest } from '../source/nearest.ts';
import { describe, entryOf, type MapEntry, type MapNode, type SourceNode } from '../source/node.ts';
import { shownPath } from '../source/place.ts';
import type { Context, UnreadList } from './context.ts';
import { readFields, rejectKey } from './fields.ts';
import { holdsExpression, writtenText } from './kinds.ts';
import { isFile } from './local-files.ts';
import { withoutCollection } from './module-names.ts';
import { unfoldRole } from './roles.ts';
import { inherit } from './settings.ts';
import { common, readTask } from './task.ts';
import type { Block, Entry, Handler, Meta } from './types.ts';
import { readYamlFile } from './yaml-file.ts';

/** A list of tasks, blocks and imports; what is imported stands in the place of its import. */
export function readEntries(node: SourceNode | undefined, context: Context): readonly Entry[] {
  return maps(node, 'tasks', context).flatMap((map): readonly Entry[] => {
    if (entryOf(map, 'block')) return [readBlock(map, context)];
    const special = specialEntry(map);
    if (special?.name === 'meta') return readMeta(map, special.entry, context);
    if (special)
      return readImport(map, special.name, special.entry, context).flatMap((list) =>
        readEntries(list.node, list.context),
      );
    const { task } = readTask(map, 'task', context);
    return task ? [task] : [];
  });
}

/** A list of handlers; task files can be imported into it. */
export function readHandlers(node: SourceNode | undefined, context: Context): readonly Handler[] {
  const { diagnostics } = context.loader;
  return maps(node, 'handlers', context).flatMap((map) => {
    const special = specialEntry(map);
    if (special?.name === 'import_tasks')
      return readImport(map, special.name, special.entry, context).flatMap((list) =>
        readHandlers(list.node, list.context),
      );
    const wrong = special?.entry ?? entryOf(map, 'block');
    if (wrong) {
      diagnostics.error(
        'not-supported-yet',
        wrong.keyPlace,
        `'${wrong.key}' cannot stand among handlers`,
        'write the tasks one by one, or import_tasks',
      );
      return [];
    }
    const { task, fields } = readTask(map, 'handler', context);
    if (task?.title)
      diagnostics.error(
        'handler-name',
        fields.node('name')!.place,
        'the name of a handler cannot hold an expression: notify could not be checked',
      );
    return task ? [{ ...task, listen: fields.scalars('listen').map(writtenText) }] : [];
  });
}

function maps(node: SourceNode | undefined, what: string, { loader: { diagnostics } }: Context): readonly MapNode[] {
  if (!node || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'list') {
    diagnostics.error('file-shape', node.place, `a list of ${what} is expected, but this is ${describe(node)}`);
    return [];
  }
  return node.items.filter((item): item is MapNode => {
    if (item.kind !== 'map')
      diagnostics.error('file-shape', item.place, `each of the ${what} must be a map, but this is ${describe(item)}`);
    return item.kind === 'map';
  });
}

type Special = 'meta' | 'import_tasks' | 'import_role';

function specialEntry(map: MapNode): { name: Special; entry: MapEntry } | undefined {
  for (const entry of map.entries) {
    const name = withoutCollection(entry.key);
    if (name === 'meta' || name === 'import_tasks' || name === 'import_role') return { name, entry };
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

const metaActions = [
  'flush_handlers',
  'end_host',
  'end_play',
  'end_batch',
  'clear_host_errors',
  'reset_connection',
  'noop',
] as const;

function readMeta(node: MapNode, { key, value }: MapEntry, context: Context): readonly Meta[] {
  const { diagnostics } = context.loader;
  const { fields, rest } = readFields(node, 'import', diagnostics);
  for (const entry of rest) if (entry.key !== key) rejectKey(entry, 'task', diagnostics);
  const text = value.kind === 'scalar' ? writtenText(value) : '';
  const action = metaActions.find((name) => name === text);
  if (action === undefined) {
    diagnostics.error(
      'keyword-value',
      value.place,
      `'meta' cannot be ${value.kind === 'scalar' ? `'${text}'` : describe(value)}`,
      suggest(text, metaActions),
    );
    return [];
  }
  return [
    {
      kind: 'meta',
      ...common(node.place, fields, inherit(context, fields, 'vars of the task'), `meta: ${action}`),
      action,
    },
  ];
}

function readImport(
  node: MapNode,
  what: 'import_tasks' | 'import_role',
  { key, keyPlace, value }: MapEntry,
  context: Context,
): readonly UnreadList[] {
  const { diagnostics } = context.loader;
  const { fields, rest } = readFields(node, 'import', diagnostics);
  for (const entry of rest) if (entry.key !== key) rejectKey(entry, 'import', diagnostics);
  const inherited = inherit(context, fields, `vars of the ${what}`);
  const main = what === 'import_tasks' ? 'file' : 'name';
  const known = what === 'import_tasks' ? ['file'] : ['name', 'tasks_from'];
  const later =
    what === 'import_tasks'
      ? []
      : ['vars_from', 'defaults_from', 'handlers_from', 'allow_duplicates', 'public', 'rolespec_validate'];
  const given = new Map<string, MapEntry>();
  for (const entry of value.kind === 'map' ? value.entries : [{ key: main, keyPlace, value }]) {
    if (later.includes(entry.key))
      diagnostics.error('not-supported-yet', entry.keyPlace, `'${entry.key}' of ${what} is not supported yet`);
    else if (!known.includes(entry.key))
      diagnostics.error(
        'unknown-argument',
        entry.keyPlace,
        `'${what}' has no argument '${entry.key}'`,
        suggest(entry.key, known),
      );
    else given.set(entry.key, entry);
  }
  const constant = (name: string): { name: string; place: MapEntry['keyPlace'] } | undefined => {
    const argument = given.get(name)?.value;
    if (!argument) return undefined;
    if (argument.kind === 'scalar' && argument.value !== null && !holdsExpression(argument))
      return { name: writtenText(argument), place: argument.place };
    diagnostics.error(
      'argument-value',
      argument.place,
      `'${name}' of ${what} must be text without an expression: it is read before anything runs`,
    );
    return undefined;
  };
  const target = constant(main);
  const tasksFrom = constant('tasks_from');
  if (!target) {
    if (!given.has(main)) diagnostics.error('missing-argument', keyPlace, `'${what}' needs '${main}'`);
    return [];
  }
  if (what === 'import_tasks') return importTasks(target, inherited);
  const params = inherited.layers.slice(context.layers.length);
  return unfoldRole({ ...target, params, ...(tasksFrom && { tasksFrom }) }, { ...inherited, layers: context.layers });
}

/** The file is looked for beside the one that imports it, then in the role's tasks, then beside the playbook. */
function importTasks(
  { name, place }: { name: string; place: MapEntry['keyPlace'] },
  context: Context,
): readonly UnreadList[] {
  const { diagnostics } = context.loader;
  const folders = [context.folder, ...(context.role ? [resolve(context.role.path, 'tasks')] : []), context.play.folder];
  const places = isAbsolute(name) ? [name] : [...new Set(folders.map((folder) => resolve(folder, name)))];
  const file = places.find(isFile);
  if (file === undefined) {
    diagnostics.error(
      'missing-file',
      place,
      `there is no task file '${name}'`,
      `looked for: ${places.map(shownPath).join(', ')}`,
    );
    return [];
  }
  const marker = shownPath(file);
  if (context.underWay.includes(marker)) {
    diagnostics.error(
      'recursion',
      place,
      `${marker} imports itself: ${[...context.underWay.slice(context.underWay.indexOf(marker)), marker].join(' → ')}`,
    );
    return [];
  }
  const folder = dirname(file);
  const searchPath = [...new Set([...(context.role ? [context.role.path] : []), folder, context.play.folder])];
  const node = readYamlFile(file, diagnostics);
  return node ? [{ node, context: { ...context, folder, searchPath, underWay: [...context.underWay, marker] } }] : [];
}
