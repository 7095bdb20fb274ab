import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { parseJson } from '../../module/json.ts';
import { isHostName } from '../../module/line.ts';
import type { MapNode, SourceNode } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';
import type { Draft } from '../draft.ts';
import type { Reading } from '../variable-files.ts';

const run = promisify(execFile);

export function isModule(file: string): boolean {
  return ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].includes(extname(file));
}

/**
 * The command that runs a TypeScript or JavaScript file in a separate process, without a build step. Its default export (a
 * value, or a function that returns one) is the inventory; without a default export it must print the JSON itself.
 */
export function moduleCommand(file: string): readonly string[] {
  const code = `const [, file, option] = process.argv;
try {
  const { createJiti } = await import(${JSON.stringify(createRequire(import.meta.url).resolve('jiti'))});
  const exported = (await createJiti(file, { fsCache: false, interopDefault: false }).import(file)).default;
  const value = typeof exported === 'function' ? await exported() : await exported;
  if (value !== undefined) console.log(JSON.stringify(option === '--host' ? {} : value));
} catch (error) {
  const line = new RegExp(file.replace(/\\W/g, '\\\\$&') + ':(\\\\d+)').exec(error.stack)?.[1];
  console.error(String(error.message).replaceAll(/\\s+/g, ' ') + (line && !error.message.includes(file) ? ' (line ' + line + ')' : ''));
  process.exitCode = 1;
}`;
  return [process.execPath, '--input-type=module', '--eval', code, file];
}

/** Inventories of many thousand hosts are large. */
const most = 1 << 30;

/**
 * Runs an inventory program as Ansible does: with `--list`, then with `--host NAME` for each host unless it printed
 * `_meta`. Its output is external data and never treated as a template.
 */
export async function readProgram(
  file: string,
  [command, ...before]: readonly string[],
  draft: Draft,
  { vault, diagnostics }: Reading,
): Promise<void> {
  const place: Place = { file, line: 1, column: 1 };
  const wrong = (message: string, hint?: string): void => diagnostics.error('inventory-script', place, message, hint);
  const ask = async (...args: string[]): Promise<unknown> => {
    try {
      const { stdout } = await run(command!, [...before, ...args], { maxBuffer: most });
      vault.inputs?.noteOutput(file, args, stdout);
      if (args[0] === '--host' && stdout.trim() === '') return {};
      return parseJson(stdout, most);
    } catch (error) {
      const hint =
        before.length > 0
          ? "write: export default { web: { hosts: ['web1'] } }, or a function that returns this"
          : `to see its full output, run: ${file} ${args.join(' ')}`;
      wrong(`the inventory script failed: ${reasonOf(error)}`, hint);
      return undefined;
    }
  };
  const listed = await ask('--list');
  if (listed === undefined) return;
  if (!isMap(listed))
    return wrong('the inventory script must print a map of groups', 'for example {"web": {"hosts": ["web1"]}}');
  const hosts = new Set<string>();
  for (const [name, body] of Object.entries(listed))
    if (name !== '_meta') readGroup(name, body, hosts, place, draft, wrong);
  const known = isMap(listed['_meta']) ? listed['_meta']['hostvars'] : undefined;
  for (const host of hosts) {
    if (!isHostName(host)) continue; // reported, and no argument for the program
    const variables = isMap(known)
      ? ((Object.hasOwn(known, host) ? known[host] : undefined) ?? {})
      : await ask('--host', host);
    if (isMap(variables))
      draft.setAll(draft.host(host, place).variables, mapNode(variables, place), `inventory host '${host}'`);
    else if (variables !== undefined) wrong(`the variables of host '${host}' are not a map: ${file}`);
  }
}

/** The last line of the program's stderr, else why it could not be run or parsed. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  if (said !== '') return said.slice(said.lastIndexOf('\n') + 1);
  if (!(error instanceof SyntaxError)) return error instanceof Error ? error.message : String(error);
  return /end of JSON input/.test(error.message)
    ? 'it printed nothing'
    : `its output is not JSON: ${error.message.replaceAll('\n', ' ')}`;
}

/** A list of hosts, or a map of hosts, vars and children; any other map is a single host with its variables. */
function readGroup(
  name: string,
  body: unknown,
  seen: Set<string>,
  place: Place,
  draft: Draft,
  wrong: (message: string, hint?: string) => void,
): void {
  const group = draft.group(name, place);
  const asMap: Readonly<Record<string, unknown>> = isMap(body) ? body : { hosts: body };
  const keyed = ['hosts', 'vars', 'children'].some((key) => key in asMap);
  const { hosts, vars, children } = keyed ? asMap : { hosts: [name], vars: asMap, children: undefined };
  const list = (value: unknown, what: string): readonly string[] => {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) return value;
    wrong(`'${what}' of group '${name}' must be a list of names: ${place.file} --list`);
    return [];
  };
  for (const host of list(hosts, 'hosts')) {
    seen.add(host);
    group.hosts.add(draft.host(host, place).name);
  }
  for (const child of list(children, 'children')) group.children.add(draft.group(child, place).name);
  if (isMap(vars)) draft.setAll(group.variables, mapNode(vars, place), `inventory group '${name}'`);
  else if (vars !== undefined && vars !== null)
    wrong(`'vars' of group '${name}' must be a map of names to values: ${place.file} --list`);
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

function nodeOf(value: unknown, place: Place): SourceNode {
  if (Array.isArray(value)) return { kind: 'list', place, items: value.map((item) => nodeOf(item, place)) };
  if (isMap(value)) {
    const secret = value['__ansible_vault']; // how --list represents an encrypted value
    return typeof secret === 'string' ? textNode(secret, '!vault', place) : mapNode(value, place);
  }
  if (typeof value === 'string') return textNode(value, '!unsafe', place);
  const scalar = typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { kind: 'scalar', place, value: scalar, source: String(scalar), plain: true };
}

function textNode(value: string, tag: string, place: Place): SourceNode {
  return { kind: 'scalar', place, value, source: value, plain: false, tag };
}
