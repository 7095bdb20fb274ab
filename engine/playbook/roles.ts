import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nearest, suggest } from '../source/nearest.ts';
import { describe, type MapEntry, type SourceNode, toValue } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import type { Context, UnreadList } from './context.ts';
import { Fields, readFields, rejectKey } from './fields.ts';
import { keywordsAt } from './keywords.ts';
import { holdsExpression, writtenText } from './kinds.ts';
import { compileLayer } from './layers.ts';
import { loadRole, type Role, roleHandlers } from './role-files.ts';
import { checkRoleOptions } from './role-options.ts';
import { inherit } from './settings.ts';
import type { VariableLayer } from './types.ts';
import { firstFile, readYamlFile } from './yaml-file.ts';

/** One use of a role. */
export interface RoleCall {
  readonly name: string;
  readonly place: Place;
  /** A file of the role's tasks/ other than main. */
  readonly tasksFrom?: { readonly name: string; readonly place: Place };
  /** What the use sets, above the role's own variables. */
  readonly params: readonly VariableLayer[];
}

/** An entry of `roles:` or of a role's dependencies, as task lists in the order in which they run. */
export function readRoleEntry(node: SourceNode, context: Context): readonly UnreadList[] {
  const { diagnostics } = context.loader;
  if (node.kind === 'list' || (node.kind === 'scalar' && (node.value === null || holdsExpression(node)))) {
    diagnostics.error('keyword-type', node.place, `a role must be a name or a map with 'role', but it is ${describe(node)}`);
    return [];
  }
  const { fields, rest } = node.kind === 'map' ? readFields(node, 'role', diagnostics) : { fields: new Fields(new Map(), diagnostics), rest: [] };
  const nameNode = node.kind === 'map' ? (fields.node('role') ?? fields.node('name')) : node;
  if (nameNode?.kind !== 'scalar' || holdsExpression(nameNode)) {
    diagnostics.error('missing-keyword', node.place, "this role has no constant 'role'");
    return [];
  }
  const name = writtenText(nameNode);
  const inherited = inherit(context, fields, `vars of the use of role '${name}'`);
  const role = loadRole(name, nameNode.place, context);
  if (!role || alreadyUsed(role, node, inherited)) return [];
  const params = compileLayer(`parameters of role '${name}'`, rest.filter((entry) => isParameter(entry, role, context)), diagnostics);
  const own = [...inherited.layers.slice(context.layers.length), params];
  return unfoldRole({ name, place: nameNode.place, params: own }, { ...inherited, layers: context.layers });
}

/** The same role with the same parameters, under the same conditions and tags, has nothing to add. */
function alreadyUsed(role: Role, node: SourceNode, inherited: Context): boolean {
  if (role.allowDuplicates) return false;
  const { used } = inherited.play;
  const said = node.kind === 'map' ? toValue({ ...node, entries: node.entries.filter((e) => e.key !== 'role' && e.key !== 'name') }) : {};
  const key = JSON.stringify([role.use.path, said, inherited.when.map((c) => c.source), [...inherited.tags].sort()]);
  if (used.has(key)) return true;
  used.add(key);
  return false;
}

/** Keys that are no keywords are the role's parameters, unless they are a keyword misspelt. */
function isParameter(entry: MapEntry, role: Role, { loader }: Context): boolean {
  const known = [...role.use.defaults.variables.keys(), ...role.vars.variables.keys(), ...(role.use.options?.keys() ?? [])];
  if (known.includes(entry.key) || nearest(entry.key, keywordsAt('role')) === undefined) return true;
  rejectKey(entry, 'role', loader.diagnostics, known);
  return false;
}

/** The task lists of a role: those of its dependencies first, then its own. Its handlers are put aside for the play. */
export function unfoldRole(call: RoleCall, context: Context): readonly UnreadList[] {
  const { loader, play } = context;
  const role = loadRole(call.name, call.place, context);
  if (!role) return [];
  const from = call.tasksFrom?.name ?? 'main';
  const marker = `role '${role.use.name}'${from === 'main' ? '' : ` (${from})`}`;
  if (context.underWay.includes(marker)) {
    loader.diagnostics.error('recursion', call.place, `${marker} uses itself: ${[...context.underWay.slice(context.underWay.indexOf(marker)), marker].join(' → ')}`);
    return [];
  }
  const underWay = [...context.underWay, marker];
  const dependencies = role.dependencies.flatMap((node) => readRoleEntry(node, { ...context, layers: [...context.layers, ...call.params], underWay }));
  const { path, options } = role.use;
  for (const layer of options ? [role.use.defaults, role.vars, ...call.params] : []) checkRoleOptions(role.use.name, options!, layer, loader.diagnostics);
  const inside: Context = {
    ...context,
    role: { ...role.use, usedAt: call.place },
    layers: [...context.layers, role.vars, ...call.params],
    folder: join(path, 'tasks'),
    searchPath: [...new Set([path, join(path, 'tasks'), play.folder])],
    underWay,
  };
  const handlers = roleHandlers(role, loader, play);
  // A handler runs because a task of the role has changed something: the conditions of the role's use have been judged then.
  if (handlers) play.handlerLists.push({ node: handlers, context: { ...inside, folder: join(path, 'handlers'), when: [], notify: [] } });
  const tasks = tasksFile(role, call, inside);
  return tasks === undefined ? dependencies : [...dependencies, { node: tasks, context: inside }];
}

function tasksFile(role: Role, { tasksFrom }: RoleCall, { loader }: Context): SourceNode | undefined {
  const folder = join(role.use.path, 'tasks');
  const file = firstFile(folder, tasksFrom?.name ?? 'main');
  if (file !== undefined) return readYamlFile(file, loader.diagnostics);
  if (tasksFrom) {
    const names = existsSync(folder) ? readdirSync(folder).map((name) => name.replace(/\.ya?ml$/, '')) : [];
    loader.diagnostics.error('missing-file', tasksFrom.place, `role '${role.use.name}' has no tasks '${tasksFrom.name}'`, suggest(tasksFrom.name, names));
  }
  return undefined;
}
