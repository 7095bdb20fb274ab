import type { Diagnostics } from '../source/diagnostic.ts';
import type { Place } from '../source/place.ts';
import type { Draft } from './draft.ts';
import type { Group, Host, Inventory, Variable } from './types.ts';
import type { VariableFiles } from './variable-files.ts';
import { settingsOf, type VariableSources } from './variables.ts';

/** Makes the inventory of all that was read: who is in which group, and what reaches whom. */
export function resolveInventory(
  sources: readonly string[],
  draft: Draft,
  files: { readonly group: readonly VariableFiles[]; readonly host: readonly VariableFiles[] },
  diagnostics: Diagnostics,
): Inventory {
  completeTree(draft, { file: sources[0] ?? 'inventory', line: 1, column: 1 });
  cutCycles(draft, diagnostics);
  for (const host of draft.hosts.values())
    if (draft.groups.has(host.name))
      diagnostics.warning(
        'inventory-name-twice',
        host.place,
        `'${host.name}' is the name of a host and of a group`,
        'a pattern with this name means the group and the host',
      );

  const members = membersOf(draft);
  const order = new Map([...draft.hosts.keys()].map((name, index) => [name, index]));
  const groups = new Map<string, Group>();
  const groupsOf = new Map<string, string[]>();
  for (const { name, place, children } of draft.groups.values()) {
    const hosts =
      name === 'all' ? [...draft.hosts.keys()] : [...members(name)].sort((a, b) => order.get(a)! - order.get(b)!);
    groups.set(name, { name, place, children: [...children], hosts });
    if (name !== 'all')
      for (const host of hosts) {
        const list = groupsOf.get(host);
        if (list) list.push(name);
        else groupsOf.set(host, [name]);
      }
  }

  const depth = depthsOf(draft);
  const variables: VariableSources = { draft, groupFiles: files.group, hostFiles: files.host, depth };
  const hosts = new Map(
    [...draft.hosts.values()].map(({ name, place }) => [
      name,
      makeHost(name, place, groupsOf.get(name) ?? [], variables),
    ]),
  );
  return { sources, hosts, groups };
}

function makeHost(name: string, place: Place, groups: readonly string[], variables: VariableSources): Host {
  let settings: readonly Variable[] | undefined; // most runs touch few of the hosts
  return {
    name,
    place,
    groups: groups.filter((group) => group !== 'ungrouped').sort(),
    get settings() {
      return (settings ??= settingsOf(variables, name, groups));
    },
  };
}

/** `all` holds what has no parent; `ungrouped` the hosts that are in no other group. */
function completeTree(draft: Draft, place: Place): void {
  const all = draft.group('all', place);
  const ungrouped = draft.group('ungrouped', place);
  const groups = [...draft.groups.values()];
  const withParent = new Set(groups.flatMap((group) => (group === all ? [] : [...group.children])));
  for (const group of groups) if (group !== all && !withParent.has(group.name)) all.children.add(group.name);
  const grouped = new Set<string>();
  for (const group of groups)
    if (group !== all && group !== ungrouped) for (const host of group.hosts) grouped.add(host);
  ungrouped.hosts.clear();
  for (const host of draft.hosts.keys()) if (!grouped.has(host)) ungrouped.hosts.add(host);
}

/** Tells each circle among children, and opens it so that the rest can be checked. */
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
        const circle = [...[...path, name].slice(inPath), child].join(' → ');
        diagnostics.error('inventory-cycle', group.place, `the groups go round in a circle: ${circle}`);
      }
    }
    done.add(name);
  };
  for (const name of draft.groups.keys()) visit(name, []);
}

/** All hosts of a group, those of its children included. */
function membersOf(draft: Draft): (group: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  const members = (name: string): ReadonlySet<string> => {
    const found = known.get(name);
    if (found) return found;
    const hosts = new Set(draft.groups.get(name)?.hosts);
    for (const child of draft.groups.get(name)?.children ?? []) for (const host of members(child)) hosts.add(host);
    known.set(name, hosts);
    return hosts;
  };
  return members;
}

/** How far below `all` each group stands, by the longest way. */
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
