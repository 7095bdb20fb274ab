import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { MapNode, SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import type { Draft } from './draft.ts';

const run = promisify(execFile);

/** Runs an inventory script as Ansible does: `--list`, and `--host NAME` for each host where it prints no `_meta`. */
export async function readScriptInventory(file: string, draft: Draft, diagnostics: Diagnostics): Promise<void> {
  const place: Place = { file, line: 1, column: 1 };
  const ask = async (...args: string[]): Promise<unknown> => {
    try {
      const { stdout } = await run(file, args, { maxBuffer: 1 << 30 });
      return JSON.parse(stdout) as unknown;
    } catch (error) {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
      diagnostics.error(
        'inventory-script',
        place,
        `the inventory script failed: ${file} ${args.join(' ')}: ${said || String(error)}`,
      );
      return undefined;
    }
  };
  const listed = await ask('--list');
  if (listed === undefined) return;
  if (!isMap(listed)) {
    diagnostics.error('inventory-script', place, 'the inventory script must print a map of groups');
    return;
  }
  for (const [name, body] of Object.entries(listed))
    if (name !== '_meta') readGroup(name, body, place, draft, diagnostics);
  const known = isMap(listed['_meta']) ? listed['_meta']['hostvars'] : undefined;
  for (const host of isMap(known) ? Object.keys(known) : draft.hosts.keys()) {
    const variables = isMap(known) ? known[host] : await ask('--host', host);
    if (isMap(variables))
      draft.setAll(draft.host(host, place).variables, mapNode(variables, place), `inventory host '${host}'`);
  }
}

function readGroup(name: string, body: unknown, place: Place, draft: Draft, diagnostics: Diagnostics): void {
  const group = draft.group(name, place);
  const { hosts, vars, children } = Array.isArray(body) ? { hosts: body as unknown } : isMap(body) ? body : {};
  const wrong = (what: string): void =>
    diagnostics.error(
      'inventory-script',
      place,
      `${what} of group '${name}' is not what it must be: ${place.file} --list`,
    );
  for (const host of listOf(hosts, () => wrong("'hosts'"))) draft.addHosts(host, group, place);
  for (const child of listOf(children, () => wrong("'children'"))) group.children.add(draft.group(child, place).name);
  if (isMap(vars)) draft.setAll(group.variables, mapNode(vars, place), `inventory group '${name}'`);
  else if (vars !== undefined && vars !== null) wrong("'vars'");
}

function listOf(value: unknown, wrong: () => void): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  wrong();
  return [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapNode(map: Readonly<Record<string, unknown>>, place: Place): MapNode {
  return {
    kind: 'map',
    place,
    entries: Object.entries(map).map(([key, value]) => ({ key, keyPlace: place, value: nodeOf(value, place) })),
  };
}

/** What a script prints came from somewhere else: its texts are never templates. */
function nodeOf(value: unknown, place: Place): SourceNode {
  if (Array.isArray(value)) return { kind: 'list', place, items: value.map((item) => nodeOf(item, place)) };
  if (isMap(value)) return mapNode(value, place);
  if (typeof value === 'string') return { kind: 'scalar', place, value, source: value, plain: false, tag: '!unsafe' };
  const scalar = typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { kind: 'scalar', place, value: scalar, source: String(scalar), plain: true };
}
