import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import type { Diagnostics } from '../source/diagnostic.ts';
import { nearest } from '../source/nearest.ts';
import { describe } from '../source/node.ts';
import { parseYaml } from '../source/yaml.ts';
import type { Draft } from './draft.ts';
import type { Variable } from './types.ts';

/** What the folders group_vars and host_vars hold, by the name of the group or host. */
export type VariableFiles = ReadonlyMap<string, readonly Variable[]>;

/**
 * Reads `group_vars` or `host_vars` beside the inventory: NAME, NAME.yml, NAME.yaml, NAME.json, or a folder NAME of such
 * files, read in order. Where several files are for one name, the later wins.
 */
export function readVariableFiles(
  folder: string,
  kind: 'group_vars' | 'host_vars',
  draft: Draft,
  diagnostics: Diagnostics,
): VariableFiles {
  const found = new Map<string, Variable[]>();
  const base = join(folder, kind);
  for (const entry of entriesOf(base)) {
    const path = join(base, entry.name);
    const name = entry.isDirectory() ? entry.name : nameOf(entry.name);
    if (name === undefined) continue;
    const variables = found.get(name) ?? [];
    found.set(name, variables);
    for (const file of entry.isDirectory() ? filesUnder(path) : [path])
      readFile(file, relative(folder, file), variables, draft, diagnostics);
    warnWhereUnused(name, kind, path, draft, diagnostics);
  }
  return found;
}

/** The files of a folder and of those in it, by name; hidden ones and leftovers of editors are not looked at. */
function filesUnder(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return nameOf(entry.name) === undefined ? [] : [path];
  });
}

function entriesOf(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !/^\.|~$/.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // these folders need not be there
  }
}

function nameOf(file: string): string | undefined {
  const extension = extname(file);
  if (['.yml', '.yaml', '.json'].includes(extension)) return file.slice(0, -extension.length);
  return ['.swp', '.bak', '.orig', '.md', '.txt', '.retry'].includes(extension) ? undefined : file;
}

function readFile(file: string, origin: string, into: Variable[], draft: Draft, diagnostics: Diagnostics): void {
  const text = readFileSync(file, 'utf8');
  const start = { file, line: 1, column: 1 };
  if (text.startsWith('$ANSIBLE_VAULT')) {
    diagnostics.error('vault-password-missing', start, 'this file is encrypted and no vault password was given');
    return;
  }
  const node = parseYaml(file, text, diagnostics);
  if (node?.kind === 'map') draft.setAll(into, node, origin);
  else if (node && !(node.kind === 'scalar' && node.value === null))
    diagnostics.error(
      'variables-type',
      node.place,
      `variables must be a map, not ${describe(node)}`,
      'write name: value',
    );
}

function warnWhereUnused(
  name: string,
  kind: 'group_vars' | 'host_vars',
  path: string,
  draft: Draft,
  diagnostics: Diagnostics,
): void {
  const names = kind === 'group_vars' ? draft.groups : draft.hosts;
  if (names.has(name) || name === 'all' || name === 'ungrouped' || name === 'localhost') return;
  const what = kind === 'group_vars' ? 'group' : 'host';
  const near = nearest(name, names.keys());
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  diagnostics.warning(
    `unused-${kind.replace('_', '-')}`,
    { file: path, line: 1, column: 1 },
    `the inventory has no ${what} '${name}': these variables are never used`,
    hint,
  );
}
