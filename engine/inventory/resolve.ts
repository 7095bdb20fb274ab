import type { Diagnostics } from '../source/diagnostic.ts';
import type { Place } from '../source/place.ts';
import { withAddition } from './addition.ts';
import type { Draft } from './draft.ts';
import type { Group, Host, Inventory, Variable } from './types.ts';
import {
  groupSettings,
  namesIn,
  priorityOfVariable,
  settingsOf,
  type VariableFolder,
  type VariableSources,
} from './variables.ts';

/** Builds the inventory from the draft: group membership, and the variables of each host. */
export function resolveInventory(
  sources: readonly string[],
  draft: Draft,
  files: { readonly inventory: readonly VariableFolder[]; readonly playbook: readonly VariableFolder[] },
  diagnostics: Diagnostics,
): Inventory {
  completeTree(draft, { file: sources[0] ?? 'inventory', line: 1, column: 1 });
  cutCycles(draft, diagnostics);
  checkNames(draft, diagnostics);
  const variables: VariableSources = { draft, ...files, depth: depthsOf(draft) };
  const extended: Inventory['withAddition'] = (addition, found) =>
    resolveInventory(sources, withAddition(draft, addition, found), files, found);
  const groups = new Map<string, Group>();
  const groupsOf = new Map<string, string[]>();
  const first = ['all', 'ungrouped']; // patterns match these first
  for (const groupName of new Set([...first, ...draft.groups.keys()])) {
    const { name, place, children, hosts: own } = draft.groups.get(groupName)!;
    const hosts = membersOf(draft, name);
    groups.set(name, {
      name,
      place,
      children: [...children],
      ownHosts: [...own],
      hosts,
      get settings() {
        return groupSettings(variables, name);
      },
    });
    if (name !== 'all')
      for (const host of hosts) {
        const list = groupsOf.get(host);
        if (list) list.push(name);
        else groupsOf.set(host, [name]);
      }
  }
  const hosts = new Map(
    [...draft.hosts.values()].map(({ name, place, variables: own }) => [
      name,
      makeHost({ name, place }, own, groupsOf.get(name) ?? [], variables),
    ]),
  );
  return {
    sources,
    hosts,
    groups,
    localhost: (name) => localhost(name, variables),
    variableNames: () => namesIn(variables),
    withAddition: extended,
  };
}

function makeHost(
  identity: { readonly name: string; readonly place: Place },
  own: readonly Variable[],
  groups: readonly string[],
  variables: VariableSources,
): Host {
  let settings: readonly Variable[] | undefined; // computed lazily: most runs use few of the hosts
  return {
    ...identity,
    groups: groups.toSorted(),
    get settings() {
      return (settings ??= settingsOf(variables, identity.name, own, groups));
    },
  };
}

/** The implicit localhost: in no group but `all`, and with a local connection. */
function localhost(name: string, variables: VariableSources): Host | undefined {
  if (!['localhost', '127.0.0.1', '::1'].includes(name)) return undefined;
  const place: Place = { file: 'implicit localhost', line: 1, column: 1 };
  const value = { kind: 'scalar', place, value: 'local', source: 'local', plain: true } as const;
  const connection = { name: 'ansible_connection', value, place, origin: 'implicit localhost' };
  return makeHost({ name, place }, [connection], [], variables);
}

function checkNames(draft: Draft, diagnostics: Diagnostics): void {
  for (const host of draft.hosts.values())
    if (draft.groups.has(host.name))
      diagnostics.warning(
        'inventory-name-twice',
        host.place,
        `'${host.name}' is the name of both a host and a group`,
        'a pattern with this name means the host; after & or ! it means the group',
      );
  for (const group of draft.groups.values()) {
    const priority = priorityOfVariable(group);
    if (priority && !(priority.value.kind === 'scalar' && /^-?\d+$/.test(priority.value.source)))
      diagnostics.error('inventory-variable', priority.value.place, 'ansible_group_priority must be an integer');
  }
}

/** Puts groups without a parent into `all`, and hosts without a group into `ungrouped`, its first child. */
function completeTree(draft: Draft, place: Place): void {
  const all = draft.group('all', place);
  const ungrouped = draft.group('ungrouped', place);
  const groups = [...draft.groups.values()];
  const withParent = new Set(groups.flatMap((group) => (group === all ? [] : [...group.children])));
  const children = [...all.children];
  all.children.clear();
  for (const name of ['ungrouped', ...children]) all.children.add(name);
  for (const group of groups) if (group !== all && !withParent.has(group.name)) all.children.add(group.name);
  const grouped = new Set(groups.flatMap((group) => (group === all || group === ungrouped ? [] : [...group.hosts])));
  for (const host of grouped) ungrouped.hosts.delete(host);
  for (const host of draft.hosts.keys()) if (!grouped.has(host)) ungrouped.hosts.add(host);
}

/** Reports cycles among groups, and breaks them so that the rest can be checked. */
function cutCycles(draft: Draft, diagnostics: Diagnostics): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const group = draft.groups.get(name);
    if (!group || done.has(name)) return;
    for (const child of group.children) {
      const inPath = [...path, name].indexOf(child);
      if (inPath < 0) visit(child, [...path, name]);
      else {
        group.children.delete(child);
        const cycle = [...[...path, name].slice(inPath), child].join(' → ');
        diagnostics.error('inventory-cycle', group.place, `the groups form a cycle: ${cycle}`);
      }
    }
    done.add(name);
  };
  for (const name of draft.groups.keys()) visit(name, []);
}

/** All hosts of a group, breadth first. */
function membersOf(draft: Draft, name: string): readonly string[] {
  const hosts = new Set<string>();
  const seen = new Set([name]);
  for (const group of seen) {
    for (const host of draft.groups.get(group)?.hosts ?? []) hosts.add(host);
    for (const child of draft.groups.get(group)?.children ?? []) seen.add(child); // iteration continues with added items
  }
  return [...hosts];
}

/** The depth of each group below `all`, by the longest path. */
function depthsOf(draft: Draft): (group: string) => number {
  const parents = new Map<string, string[]>();
  for (const group of draft.groups.values())
    for (const child of group.children) parents.set(child, [...(parents.get(child) ?? []), group.name]);
  const known = new Map<string, number>();
  const depth = (name: string): number => {
    const found = known.get(name) ?? Math.max(0, ...(parents.get(name) ?? []).map((parent) => depth(parent) + 1));
    known.set(name, found);
    return found;
  };
  return depth;
}
