import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import { WrittenNumber } from '../source/written-number.ts';
import { Draft } from './draft.ts';
import type { Addition } from './types.ts';

/** A copy of the draft with the addition. */
export function withAddition(draft: Draft, addition: Addition, diagnostics: Diagnostics): Draft {
  const { host, groups, parents, variables, origin, place } = addition;
  const extended = new Draft(diagnostics);
  for (const [name, group] of draft.groups)
    extended.groups.set(name, {
      ...group,
      children: new Set(group.children),
      hosts: new Set(group.hosts),
      variables: [...group.variables],
    });
  for (const [name, known] of draft.hosts) extended.hosts.set(name, { ...known, variables: [...known.variables] });
  const own = extended.host(host, place).variables;
  for (const [name, value] of Object.entries(variables))
    extended.set(own, name, literal(value, place), place, origin, { added: true });
  for (const name of groups) {
    extended.group(name, place).hosts.add(host);
    // Groups without a parent go into `all` anyway.
    for (const parent of parents) if (parent !== 'all') extended.group(parent, place).children.add(name);
  }
  return extended;
}

/** The value as a source node in which nothing is an expression. */
function literal(value: unknown, place: Place): SourceNode {
  if (Array.isArray(value)) return { kind: 'list', place, items: value.map((item) => literal(item, place)) };
  if (value instanceof WrittenNumber)
    return { kind: 'scalar', place, value: value.valueOf(), source: String(value), plain: true };
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'map',
      place,
      entries: Object.entries(value).map(([key, part]) => ({ key, keyPlace: place, value: literal(part, place) })),
    };
  if (typeof value === 'bigint') return literal(Number(value), place);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return { kind: 'scalar', place, value, source: String(value), plain: true };
  const text = typeof value === 'string' ? value : '';
  return { kind: 'scalar', place, value: text, source: text, plain: false, tag: '!unsafe' };
}
