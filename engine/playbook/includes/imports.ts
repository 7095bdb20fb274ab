import { dirname, isAbsolute, resolve } from 'node:path';
import { type MapEntry, type MapNode, toValue } from '../../source/node.ts';
import { type Place, shownPath } from '../../source/place.ts';
import type { Context, UnreadList } from '../context.ts';
import { readFields, rejectKey } from '../fields.ts';
import { isFile } from '../local-files.ts';
import { alreadyUsed, unfoldRole } from '../roles/roles.ts';
import { inherit } from '../settings.ts';
import { readYamlFile } from '../yaml-file.ts';
import { IncludeArguments } from './arguments.ts';

/** import_tasks and import_role: read at load time, and replaced by what they import. */
export function readImport(
  node: MapNode,
  what: 'import_tasks' | 'import_role',
  entry: MapEntry,
  context: Context,
): readonly UnreadList[] {
  const { diagnostics } = context.loader;
  const { fields, rest } = readFields(node, 'import', diagnostics);
  for (const other of rest) if (other.key !== entry.key) rejectKey(other, 'import', diagnostics);
  const inherited = inherit(context, fields, `vars of the ${what}`);
  const args = new IncludeArguments(what, entry, [], diagnostics);
  const target = args.constant(args.main(), what === 'import_tasks' ? 'file' : 'name');
  if (what === 'import_tasks') return target ? importTasks(target, inherited) : [];
  const from = args.constantParts();
  const isPublic = args.flag('public') ?? true;
  const once = args.flag('allow_duplicates') === false;
  const unchecked = args.flag('rolespec_validate') === false;
  if (!target) return [];
  const names = Object.entries(from).map(([part, { name }]) => [part, name]);
  if (
    once &&
    alreadyUsed(
      JSON.stringify(['import_role', target.name, names, fields.map('vars') && toValue(fields.map('vars')!)]),
      inherited,
    )
  )
    return [];
  const hidden = isPublic ? undefined : { roleDefaults: [], roleVars: [] };
  const params = inherited.layers.slice(context.layers.length);
  return unfoldRole(
    { ...target, from, params, unchecked, ...(hidden && { hidden }) },
    { ...inherited, layers: context.layers },
  );
}

function importTasks({ name, place }: { name: string; place: Place }, context: Context): readonly UnreadList[] {
  const { diagnostics } = context.loader;
  const search = findTasks(name, context);
  if (search.found === undefined) {
    diagnostics.error('missing-file', place, `there is no task file '${name}'`, search.why);
    return [];
  }
  const marker = shownPath(search.found);
  if (context.inProgress.includes(marker)) {
    diagnostics.error(
      'recursion',
      place,
      `${marker} imports itself: ${[...context.inProgress.slice(context.inProgress.indexOf(marker)), marker].join(' → ')}`,
    );
    return [];
  }
  return tasksIn(search.found, { ...context, inProgress: [...context.inProgress, marker] });
}

/** The task list of a file. */
export function tasksIn(file: string, context: Context): readonly UnreadList[] {
  const folder = dirname(file);
  const searchPath = [...new Set([...(context.role ? [context.role.path] : []), folder, context.play.folder])];
  const node = readYamlFile(file, context.loader);
  return node ? [{ node, context: { ...context, folder, searchPath } }] : [];
}

/** Task files are searched beside the current file, then in the role's tasks/, then beside the playbook. */
export function taskFolders({ folder, role, play }: Context): readonly string[] {
  return [...new Set([folder, ...(role ? [resolve(role.path, 'tasks')] : []), play.folder])];
}

export function findTasks(name: string, context: Context): { found: string } | { found?: undefined; why: string } {
  const places = isAbsolute(name) ? [name] : [...new Set(taskFolders(context).map((folder) => resolve(folder, name)))];
  const found = places.find(isFile);
  return found === undefined ? { why: `searched: ${places.map(shownPath).join(', ')}` } : { found };
}
