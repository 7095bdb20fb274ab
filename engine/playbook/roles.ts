import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nearest, suggest } from '../source/nearest.ts';
import { type MapEntry, type SourceNode, toValue } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import type { Context, UnreadList } from './context.ts';
import { Fields, readFields, rejectKey } from './fields.ts';
import { keywordsAt } from './keywords.ts';
import { describeWritten, holdsExpression, writtenText } from './kinds.ts';
import { compileLayer } from './layers.ts';
import { isFolder } from './local-files.ts';
import { loadRole, type Role } from './role-files.ts';
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
    diagnostics.error(
      'keyword-type',
      node.place,
      `a role must be a constant name or a map with 'role', but it is ${describeWritten(node)}`,
    );
    return [];
  }
  const { fields, rest } =
    node.kind === 'map'
      ? readFields(node, 'role', diagnostics)
      : { fields: new Fields(new Map(), diagnostics), rest: [] };
  const nameNode = node.kind === 'map' ? (fields.node('role') ?? fields.node('name')) : node;
  if (nameNode?.kind !== 'scalar' || holdsExpression(nameNode)) {
    diagnostics.error(
      'missing-keyword',
      node.place,
      "this does not say which role: 'role' with a constant name is missing",
    );
    return [];
  }
  const name = writtenText(nameNode);
  const inherited = inherit(context, fields, `vars of the use of role '${name}'`);
  const role = loadRole(name, nameNode.place, context);
  if (!role || (!context.underWay.includes(markerOf(role)) && alreadyUsed(role, node, inherited))) return [];
  const parameters = compileLayer(
    `parameters of role '${name}'`,
    rest.filter((entry) => isParameter(entry, role, context)),
    diagnostics,
  );
  const params = [...inherited.layers.slice(context.layers.length), parameters].filter(
    (layer) => layer.variables.size > 0,
  );
  return unfoldRole({ name, place: nameNode.place, params }, { ...inherited, layers: context.layers });
}

/** A role is used once for each set of parameters: where it runs already whenever it would run here, it has nothing to add. */
function alreadyUsed(role: Role, node: SourceNode, { play, when, tags }: Context): boolean {
  if (role.allowDuplicates) return false;
  const said =
    node.kind === 'map'
      ? toValue({ ...node, entries: node.entries.filter((e) => !['role', 'name', 'when', 'tags'].includes(e.key)) })
      : {};
  const key = JSON.stringify([role.use.path, said]);
  const uses = play.uses.get(key) ?? [];
  const conditions = new Set(when.map((c) => c.source));
  if (uses.some((use) => [...use.when].every((c) => conditions.has(c)) && [...tags].every((tag) => use.tags.has(tag))))
    return true;
  play.uses.set(key, [...uses, { when: conditions, tags }]);
  return false;
}

/** Keys that are no keywords are the role's parameters, unless they are a keyword misspelt. */
function isParameter(entry: MapEntry, role: Role, { loader }: Context): boolean {
  const known = [
    ...role.use.defaults.variables.keys(),
    ...role.vars.variables.keys(),
    ...(role.use.options?.keys() ?? []),
  ];
  if (known.includes(entry.key) || nearest(entry.key, keywordsAt('role')) === undefined) return true;
  rejectKey(entry, 'role', loader.diagnostics, known);
  return false;
}

/** Names what is under way, for finding recursions. */
function markerOf(role: Role, from = 'main'): string {
  return `role '${role.use.name}'${from === 'main' ? '' : ` (${from})`}`;
}

/** The task lists of a role: those of its dependencies first, then its own. Its handlers are put aside for the play. */
export function unfoldRole(call: RoleCall, context: Context): readonly UnreadList[] {
  const { loader, play } = context;
  const role = loadRole(call.name, call.place, context);
  if (!role) return [];
  const marker = markerOf(role, call.tasksFrom?.name);
  if (context.underWay.includes(marker)) {
    loader.diagnostics.error(
      'recursion',
      call.place,
      `${marker} uses itself: ${[...context.underWay.slice(context.underWay.indexOf(marker)), marker].join(' → ')}`,
    );
    return [];
  }
  const underWay = [...context.underWay, marker];
  const dependencies = role.dependencies.flatMap((node) =>
    readRoleEntry(node, { ...context, layers: [...context.layers, ...call.params], underWay }),
  );
  const { options, ...use } = role.use;
  const { path } = use;
  for (const layer of options ? [role.use.defaults, role.vars, ...call.params] : [])
    checkRoleOptions(role.use.name, options!, layer, loader.diagnostics);
  const inside: Context = {
    ...context,
    role: { ...use, usedAt: call.place, ...(options && !call.tasksFrom && { options }) }, // they are those of main
    layers: [...context.layers, ...(role.vars.variables.size > 0 ? [role.vars] : []), ...call.params],
    folder: join(path, 'tasks'),
    searchPath: [...new Set([path, join(path, 'tasks'), play.folder])],
    underWay,
  };
  // A handler runs because a task of the role has changed something: the conditions of the role's use have been judged then.
  if (role.handlers && !play.handlerLists.some((list) => list.node === role.handlers))
    play.handlerLists.push({
      node: role.handlers,
      context: { ...inside, folder: join(path, 'handlers'), when: [], notify: [] },
    });
  const tasks = tasksFile(role, call, inside);
  return tasks === undefined ? dependencies : [...dependencies, { node: tasks, context: inside }];
}

function tasksFile(role: Role, { tasksFrom }: RoleCall, { loader }: Context): SourceNode | undefined {
  const folder = join(role.use.path, 'tasks');
  const file = firstFile(folder, tasksFrom?.name ?? 'main');
  if (file !== undefined) return readYamlFile(file, loader.diagnostics);
  if (tasksFrom) {
    const names = isFolder(folder) ? readdirSync(folder).map((name) => name.replace(/\.ya?ml$/, '')) : [];
    loader.diagnostics.error(
      'missing-file',
      tasksFrom.place,
      `role '${role.use.name}' has no tasks '${tasksFrom.name}'`,
      suggest(tasksFrom.name, names),
    );
  }
  return undefined;
}
