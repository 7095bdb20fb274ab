import { hostVariables, lineOf, winners } from './listing.ts';
import type { Group, Inventory } from './types.ts';

/** What to draw besides groups and hosts. */
export interface GraphOptions {
  readonly hosts: ReadonlySet<string>;
  readonly variables: boolean;
  readonly extra: ReadonlyMap<string, unknown>;
}

/** The tree below a group, as `ansible-inventory --graph` draws it. */
export function graph(inventory: Inventory, top: Group, options: GraphOptions): readonly string[] {
  const lines: string[] = [];
  const line = (text: string, depth: number): void => {
    lines.push(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`);
  };
  const variables = (values: Readonly<Record<string, unknown>>, depth: number): void => {
    if (!options.variables) return;
    for (const name of Object.keys(values).sort()) line(`{${name} = ${lineOf(values[name])}}`, depth);
  };
  const draw = (group: Group, depth: number): void => {
    line(`@${group.name}:`, depth);
    for (const child of group.children) draw(inventory.groups.get(child)!, depth + 1);
    for (const host of group.name === 'all' ? [] : group.ownHosts) {
      if (!options.hosts.has(host)) continue;
      line(host, depth + 1);
      variables(hostVariables(inventory, host, options.extra), depth + 2);
    }
    variables(winners(group.settings), depth + 1);
  };
  draw(top, 0);
  return lines;
}
