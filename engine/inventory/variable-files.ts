import { readdirSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import type { Diagnostics } from '../source/diagnostic.ts';
import { nearest } from '../source/nearest.ts';
import { describe } from '../source/node.ts';
import { readRegular } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { parseYaml } from '../source/yaml.ts';
import { openFile } from '../vault/values.ts';
import type { Vault } from '../vault/vault.ts';
import type { Draft } from './draft.ts';
import type { Variable } from './types.ts';

/** The content of group_vars or host_vars, by name of the group or host. */
export type VariableFiles = ReadonlyMap<string, Variable[]>;

/** State shared while an inventory is read. */
export interface Reading {
  readonly vault: Vault;
  /** Fully encrypted files: all variables in them are secret. */
  readonly encrypted: Set<string>;
  readonly diagnostics: Diagnostics;
}

/** Possible extensions of the file or folder for a name; the first one found is read. */
const endings = ['', '.yml', '.yaml', '.json'];

/**
 * Reads `group_vars` or `host_vars` beside an inventory or a playbook: NAME (a file, or a folder whose files are read in
 * order, later ones overriding), NAME.yml, NAME.yaml or NAME.json.
 */
export function readVariableFiles(
  folder: string,
  kind: 'group_vars' | 'host_vars',
  draft: Draft,
  reading: Reading,
  { mayBeForOthers = false }: { mayBeForOthers?: boolean } = {},
): VariableFiles {
  const { diagnostics } = reading;
  const found = new Map<string, Variable[]>();
  const base = join(folder, kind);
  const entries = namesIn(base);
  for (const name of new Set(entries.map(nameOf))) {
    if (name === undefined) continue;
    const [chosen, ...others] = endings.map((ending) => name + ending).filter((entry) => entries.includes(entry));
    const path = join(base, chosen!);
    const variables: Variable[] = [];
    found.set(name, variables);
    for (const file of filesUnder(path)) readFile(file, relative(folder, file), variables, draft, reading);
    for (const other of others)
      diagnostics.warning(
        'shadowed-vars',
        { file: join(base, other), line: 1, column: 1 },
        `${kind}/${other} is ignored: ${kind}/${chosen} already defines '${name}' (as in Ansible)`,
        `move it into ${kind}/${name}/`,
      );
    warnWhereUnused(name, kind, path, mayBeForOthers, draft, diagnostics);
  }
  return found;
}

/** The file itself, or all files of a folder and its subfolders, by name. */
function filesUnder(path: string): string[] {
  if (!isFolder(path)) return [path];
  return namesIn(path).flatMap((name) => {
    const inner = join(path, name);
    if (isFolder(inner)) return extname(name) === '' ? filesUnder(inner) : [];
    return endings.includes(extname(name)) ? [inner] : [];
  });
}

/** Entries of a folder, without hidden files and editor backups. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !/^\.|~$/.test(name))
      .sort();
  } catch {
    return []; // these folders are optional
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function nameOf(file: string): string | undefined {
  const extension = extname(file);
  if (extension !== '' && endings.includes(extension)) return file.slice(0, -extension.length);
  return ['.swp', '.bak', '.orig', '.md', '.txt', '.retry'].includes(extension) ? undefined : file;
}

function readFile(
  file: string,
  origin: string,
  into: Variable[],
  draft: Draft,
  { vault, encrypted, diagnostics }: Reading,
): void {
  const start = { file, line: 1, column: 1 };
  let bytes: Buffer;
  try {
    bytes = readRegular(file);
  } catch (error) {
    diagnostics.error('unreadable-file', start, `${file} cannot be read: ${problemOf(error)}`);
    return;
  }
  const opened = openFile(file, bytes, vault, diagnostics);
  if (!opened) return;
  if (opened.encrypted) encrypted.add(file);
  const node = parseYaml(file, opened.content.toString('utf8'), diagnostics);
  if (node?.kind === 'map') draft.setAll(into, node, origin);
  else if (node && !(node.kind === 'scalar' && node.value === null))
    diagnostics.error(
      'variables-type',
      node.place,
      `variables must be a map, not ${describe(node)}`,
      'write: name: value',
    );
}

function warnWhereUnused(
  name: string,
  kind: 'group_vars' | 'host_vars',
  path: string,
  onlyTypos: boolean,
  draft: Draft,
  diagnostics: Diagnostics,
): void {
  const names = kind === 'group_vars' ? draft.groups : draft.hosts;
  if (names.has(name) || name === 'all' || name === 'ungrouped' || name === 'localhost') return;
  const what = kind === 'group_vars' ? 'group' : 'host';
  const near = nearest(name, names.keys());
  if (onlyTypos && near === undefined) return;
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  diagnostics.warning(
    kind === 'group_vars' ? 'unused-group-vars' : 'unused-host-vars',
    { file: path, line: 1, column: 1 },
    `the inventory has no ${what} '${name}', so these variables are never used`,
    hint,
  );
}
