import { join } from 'node:path';
import { nearest } from '../../source/nearest.ts';
import { type MapEntry, type SourceNode, toValue } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';
import type { Context, Gathered, Role, UnreadList } from '../context.ts';
import { Fields, readFields, rejectKey } from '../fields.ts';
import { keywordsAt } from '../keywords.ts';
import { describeWritten, holdsExpression, writtenText } from '../kinds.ts';
import { compileLayer, mergeLayers } from '../layers.ts';
import { inherit } from '../settings.ts';
import type { VariableLayer } from '../types.ts';
import { readYamlFile } from '../yaml-file.ts';
import { loadRole, type RoleFrom, roleFile } from './files.ts';
import { checkRoleOptions } from './options.ts';

/** One use of a role. */
export interface RoleCall {
  readonly name: string;
  readonly place: Place;
  /** Files of the role other than main. */
  readonly from: RoleFrom;
  /** Variables that the use sets; they override the role's own. */
  readonly params: readonly VariableLayer[];
  /** See TaskList. */
  readonly once?: string;
  /** Not public: collects the variables of the role and its dependencies, which only its own tasks see. */
  readonly hidden?: Pick<Gathered, 'roleDefaults' | 'roleVars'>;
  /** The argument specification is not checked. */
  readonly unchecked?: boolean;
}

/** An entry of `roles:` or of a role's dependencies, as task lists in the order in which they run. */
export function readRoleEntry(node: SourceNode, context: Context, hidden?: RoleCall['hidden']): readonly UnreadList[] {
  const { diagnostics } = context.loader;
  if (node.kind === 'list' || (node.kind === 'scalar' && (node.value === null || holdsExpression(node)))) {
    diagnostics.error(
      'keyword-type',
      node.place,
      `a role must be a constant name or a map with 'role', but this is ${describeWritten(node)}`,
    );
    return [];
  }
  const { fields, rest } =
    node.kind === 'map'
      ? readFields(node, 'role', diagnostics)
      : { fields: new Fields(new Map(), diagnostics), rest: [] };
  const nameNode = node.kind === 'map' ? (fields.node('role') ?? fields.node('name')) : node;
  if (nameNode?.kind !== 'scalar' || holdsExpression(nameNode)) {
    diagnostics.error('missing-keyword', node.place, "this entry has no 'role' with a constant name");
    return [];
  }
  const name = writtenText(nameNode);
  const inherited = inherit(context, fields, `vars of the use of role '${name}'`);
  const role = loadRole(name, nameNode.place, {}, context);
  if (!role) return [];
  const once = role.allowDuplicates ? undefined : keyOf(role, node);
  if (once !== undefined && !context.inProgress.includes(markerOf(role)) && alreadyUsed(once, inherited)) return [];
  const parameters = compileLayer(
    `parameters of role '${name}'`,
    rest.filter((entry) => isParameter(entry, role, context)),
    diagnostics,
  );
  const params = [...inherited.layers.slice(context.layers.length), parameters].filter(
    (layer) => layer.variables.size > 0,
  );
  const call: RoleCall = {
    name,
    place: nameNode.place,
    from: {},
    params,
    ...(once !== undefined && { once }),
    ...(hidden && { hidden }),
  };
  return unfoldRole(call, { ...inherited, layers: context.layers });
}

/** Identifies a use of a role by its parameters, variables, conditions and tags. */
function keyOf(role: Role, node: SourceNode): string {
  const keywords: readonly string[] = keywordsAt('role');
  const said = (node.kind === 'map' ? node.entries : [])
    .filter(({ key }) => ['when', 'tags', 'vars'].includes(key) || !keywords.includes(key))
    .map(({ key, value }) => [key, ['when', 'tags'].includes(key) ? [toValue(value)].flat() : toValue(value)]);
  return JSON.stringify([role.use.path, said]);
}

/** Whether an earlier use of the same key already runs whenever this one would; otherwise records this use. */
export function alreadyUsed(key: string, { gathered, when, tags }: Context): boolean {
  const uses = gathered.uses.get(key) ?? [];
  const conditions = new Set(when.map((c) => c.source));
  if (uses.some((use) => [...use.when].every((c) => conditions.has(c)) && [...tags].every((tag) => use.tags.has(tag))))
    return true;
  gathered.uses.set(key, [...uses, { when: conditions, tags }]);
  return false;
}

/** Keys that are not keywords are role parameters, unless they look like a misspelled keyword. */
function isParameter(entry: MapEntry, role: Role, { loader }: Context): boolean {
  const known = [
    ...role.use.defaults.variables.keys(),
    ...role.vars.variables.keys(),
    ...(role.specs.get('main')?.keys() ?? []),
  ];
  if (known.includes(entry.key) || nearest(entry.key, keywordsAt('role')) === undefined) return true;
  rejectKey(entry, 'role', loader.diagnostics, known);
  return false;
}

/** Identifies a role being read, to detect recursion. */
function markerOf(role: Role, from = 'main'): string {
  return `role '${role.use.name}'${from === 'main' ? '' : ` (${from})`}`;
}

/** The task lists of a role: its dependencies' first, then its own. Its handlers are deferred. */
export function unfoldRole(call: RoleCall, context: Context): readonly UnreadList[] {
  const { loader, gathered } = context;
  const role = loadRole(call.name, call.place, call.from, context);
  if (!role) return [];
  const { path, name } = role.use;
  const marker = markerOf(role, call.from.tasks?.name);
  if (context.inProgress.includes(marker)) {
    loader.diagnostics.error(
      'recursion',
      call.place,
      `${marker} uses itself: ${[...context.inProgress.slice(context.inProgress.indexOf(marker)), marker].join(' → ')}`,
    );
    return [];
  }
  const inProgress = [...context.inProgress, marker];
  const within: Context = { ...context, layers: [...context.layers, ...call.params], inProgress };
  const dependencies = role.dependencies.flatMap((node) => readRoleEntry(node, within, call.hidden));
  const seen = call.hidden ?? gathered;
  addOnce(seen.roleDefaults, role.use.defaults);
  addOnce(seen.roleVars, role.vars);
  const options = call.unchecked ? undefined : role.specs.get(entryPoint(call));
  for (const layer of options ? [role.use.defaults, role.vars, ...call.params] : [])
    checkRoleOptions(name, options!, layer, loader.diagnostics);
  const ownVars = (call.hidden?.roleVars ?? [role.vars])
    .filter((layer) => layer.variables.size > 0)
    .map((layer) => ({ ...layer, ofRole: true as const }));
  // These override enclosing roles, and are overridden by enclosing blocks and parameters.
  const outer = context.layers.findLastIndex((layer) => layer.ofRole) + 1;
  const hiddenDefaults = call.hidden && [...(context.role ? [context.role.defaults] : []), ...call.hidden.roleDefaults];
  const inside: Context = {
    ...context,
    role: {
      name,
      path,
      usedAt: call.place,
      defaults: hiddenDefaults ? mergeLayers(role.use.defaults.origin, hiddenDefaults) : role.use.defaults,
      ...(options && { options }),
    },
    layers: [...context.layers.slice(0, outer), ...ownVars, ...context.layers.slice(outer), ...call.params],
    folder: join(path, 'tasks'),
    searchPath: [...new Set([path, join(path, 'tasks'), context.play.folder])],
    inProgress,
  };
  if (role.handlers) deferHandlers(role.handlers, inside);
  const tasks = roleFile(path, 'tasks', call.from, loader);
  const node = tasks === undefined ? undefined : readYamlFile(tasks, loader);
  if (!node) return dependencies;
  return [...dependencies, { node, context: inside, ...(call.once !== undefined && { once: call.once }) }];
}

/** The argument specification that applies to a use. */
function entryPoint({ from }: RoleCall): string {
  return from.tasks?.name.replace(/\.ya?ml$/, '') ?? 'main';
}

function addOnce<T>(list: T[], value: T): void {
  if (!list.includes(value)) list.push(value);
}

/** Handlers of a role that is used several times belong to its last use, and see that use's variables. */
function deferHandlers(node: SourceNode, inside: Context): void {
  const { handlerLists } = inside.gathered;
  const before = handlerLists.findIndex((list) => list.node === node);
  if (before >= 0) handlerLists.splice(before, 1);
  // A handler runs because a task of the role changed something, so the conditions of the use already held.
  const context: Context = { ...inside, folder: join(inside.role!.path, 'handlers'), when: [], notify: [] };
  handlerLists.push({ node, context });
}
