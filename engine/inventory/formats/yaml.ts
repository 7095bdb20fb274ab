import type { Diagnostics } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import { describe, type MapEntry, type MapNode, type SourceNode } from '../../source/node.ts';
import { parseYaml } from '../../source/yaml.ts';
import type { Draft, DraftGroup } from '../draft.ts';

const keys = ['hosts', 'vars', 'children'];

/** Reads an inventory in YAML (or JSON): groups at the top, each with hosts, vars and children. */
export function readYamlInventory(file: string, text: string, draft: Draft, diagnostics: Diagnostics): void {
  const root = parseYaml(file, text, diagnostics);
  if (!root) return;
  const top = mapOf(root, 'an inventory', 'write: all: { hosts: { web1: {} } }', diagnostics);
  if (top?.entries.some((e) => e.key === 'plugin'))
    diagnostics.error(
      'inventory-plugin',
      top.place,
      'Ansible inventory plugins are not supported',
      'use a script that prints JSON',
    );
  else
    for (const entry of top?.entries ?? [])
      if (keys.includes(entry.key))
        diagnostics.error(
          'inventory-key',
          entry.keyPlace,
          `expected the name of a group, found '${entry.key}'`,
          'put it under a group: all: { hosts: { web1: {} } }',
        );
      else readGroup(entry, draft, diagnostics);
}

function readGroup(entry: MapEntry, draft: Draft, diagnostics: Diagnostics): DraftGroup {
  const group = draft.group(entry.key, entry.keyPlace);
  const body = mapOf(entry.value, `group '${entry.key}'`, 'a group can have hosts, vars and children', diagnostics);
  for (const part of body?.entries ?? []) {
    const what = `'${part.key}' of group '${group.name}'`;
    if (!keys.includes(part.key)) {
      const hint = suggest(part.key, keys) ?? `allowed: ${keys.join(', ')}; variables belong under vars`;
      diagnostics.error('inventory-key', part.keyPlace, `a group has no key '${part.key}'`, hint);
    } else if (part.key === 'hosts') readHosts(part.value, group, what, draft, diagnostics);
    else if (part.key === 'vars')
      draft.setAll(
        group.variables,
        mapOf(part.value, what, 'write: name: value', diagnostics) ?? nothing(part.value),
        `inventory group '${group.name}'`,
      );
    else if (part.value.kind === 'scalar' && typeof part.value.value === 'string')
      group.children.add(draft.group(part.value.value, part.value.place).name);
    else
      for (const child of mapOf(part.value, what, 'write each group as a key: web: {}', diagnostics)?.entries ?? [])
        group.children.add(readGroup(child, draft, diagnostics).name);
  }
  return group;
}

function readHosts(node: SourceNode, group: DraftGroup, what: string, draft: Draft, diagnostics: Diagnostics): void {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    draft.addHosts(node.value, group, node.place);
    return;
  }
  for (const entry of mapOf(node, what, 'write each host as a key: web1: {}', diagnostics)?.entries ?? []) {
    const variables = mapOf(entry.value, `host '${entry.key}'`, 'write its variables as a map', diagnostics);
    for (const host of draft.addHosts(entry.key, group, entry.keyPlace))
      if (variables) draft.setAll(host.variables, variables, `inventory host '${host.name}'`);
  }
}

/** Null is an empty map; anything else that is not a map is an error. */
function mapOf(node: SourceNode, what: string, hint: string, diagnostics: Diagnostics): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (node.kind === 'scalar' && node.value === null) return undefined;
  diagnostics.error('inventory-type', node.place, `${what} must be a map, not ${describe(node)}`, hint);
  return undefined;
}

function nothing(node: SourceNode): MapNode {
  return { kind: 'map', place: node.place, entries: [] };
}
