import type { SourceNode } from '../source/node.ts';
import type { Inventory, Variable } from './types.ts';

/** A value as written: expressions are not evaluated, and encrypted values stay encrypted. */
export function writtenValue(node: SourceNode): unknown {
  if (node.kind === 'list') return node.items.map(writtenValue);
  if (node.kind === 'map') return mapOf(node.entries.map(({ key, value }) => [key, writtenValue(value)]));
  if (node.sealed !== undefined) return mapOf([['__ansible_vault', node.sealed]]);
  // A number with leading zeros stays text, as in playbooks: 0644.
  return typeof node.value === 'number' && /^[-+]?0\d/.test(node.source) ? node.source : node.value;
}

/** A value on one line, for display. */
export function lineOf(value: unknown): string {
  if (typeof value === 'string' && !/[\n\r]|^\s|\s$|^$/.test(value)) return value;
  return isMap(value) && '__ansible_vault' in value ? '!vault, encrypted' : JSON.stringify(value);
}

/** The winning value of each variable. */
export function winners(settings: readonly Variable[]): Readonly<Record<string, unknown>> {
  return mapOf(new Map(settings.map(({ name, value }) => [name, writtenValue(value)])));
}

/** What `ansible-inventory --list` prints: the groups from `all` down, and the variables of each host. */
export function listing(
  inventory: Inventory,
  hosts: readonly string[],
  extra: ReadonlyMap<string, unknown>,
): Readonly<Record<string, unknown>> {
  const shown = new Set(hosts);
  const list = new Map<string, unknown>();
  for (const group of inventory.groups.values()) {
    const own = group.name === 'all' ? [] : group.ownHosts.filter((host) => shown.has(host));
    const body = {
      ...(group.children.length > 0 && { children: group.children }),
      ...(own.length > 0 && { hosts: own }),
    };
    if (Object.keys(body).length > 0) list.set(group.name, body);
  }
  const variables = hosts
    .map((name) => [name, hostVariables(inventory, name, extra)] as const)
    .filter(([, values]) => Object.keys(values).length > 0);
  list.set('_meta', { hostvars: mapOf(variables) });
  return mapOf(list);
}

/** What `ansible-inventory --host` prints. */
export function hostVariables(
  inventory: Inventory,
  name: string,
  extra: ReadonlyMap<string, unknown>,
): Readonly<Record<string, unknown>> {
  const host = inventory.hosts.get(name) ?? inventory.localhost(name);
  return mapOf([...Object.entries(winners(host?.settings ?? [])), ...extra]);
}

/** The text of a value as Ansible writes it: keys sorted, four spaces. */
export function jsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) => (isMap(inner) ? mapOf(Object.entries(inner).sort(byKey)) : inner),
    4,
  );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without a prototype, so that no name has a special meaning. */
function mapOf(entries: Iterable<readonly [string, unknown]>): Readonly<Record<string, unknown>> {
  const map = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) map[key] = value;
  return map;
}
