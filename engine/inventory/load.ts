import { constants, type Stats } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Diagnostics } from '../source/diagnostic.ts';
import { Draft } from './draft.ts';
import { readIniInventory } from './ini-format.ts';
import { resolveInventory } from './resolve.ts';
import { readScriptInventory } from './script-format.ts';
import type { Inventory } from './types.ts';
import { readVariableFiles } from './variable-files.ts';
import { readYamlInventory } from './yaml-format.ts';

/**
 * Reads inventories in Ansible's forms, the later over the earlier: a file in YAML, JSON or INI, a program that prints
 * JSON, a folder of these, or host names with commas (`web1,web2,`); with group_vars/ and host_vars/ beside the files.
 */
export async function loadInventory(sources: readonly string[], diagnostics: Diagnostics): Promise<Inventory> {
  const draft = new Draft(diagnostics);
  const folders = new Set<string>();
  const files: string[] = [];
  for (const source of sources) {
    if (source.includes(',')) addListed(source, draft);
    else files.push(...(await filesOf(resolve(source), folders, diagnostics)));
  }
  for (const file of files) await readSource(file, draft, diagnostics);
  const read = (kind: 'group_vars' | 'host_vars') =>
    [...folders].map((folder) => readVariableFiles(folder, kind, draft, diagnostics));
  return resolveInventory(files, draft, { group: read('group_vars'), host: read('host_vars') }, diagnostics);
}

function addListed(source: string, draft: Draft): void {
  const place = { file: '--inventory', line: 1, column: 1 };
  for (const name of source.split(','))
    if (name.trim() !== '') draft.addHosts(name.trim(), draft.group('ungrouped', place), place);
}

/** The inventory files that a source means; `folders` learns where group_vars and host_vars may be. */
async function filesOf(path: string, folders: Set<string>, diagnostics: Diagnostics): Promise<string[]> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    diagnostics.error('inventory-missing', { file: path, line: 1, column: 1 }, `the inventory ${path} ${reason}`);
    return [];
  }
  if (!found.isDirectory()) {
    folders.add(dirname(path));
    return [path];
  }
  folders.add(path);
  const files: string[] = [];
  for (const name of (await readdir(path)).sort())
    if (!isLeftOut(name)) files.push(...(await filesOf(join(path, name), folders, diagnostics)));
  return files;
}

function isLeftOut(name: string): boolean {
  if (name.startsWith('.') || name.endsWith('~') || name === 'group_vars' || name === 'host_vars') return true;
  return ['.md', '.rst', '.txt', '.orig', '.bak', '.swp', '.retry', '.cfg', '.pyc', '.pyo'].includes(extname(name));
}

async function readSource(file: string, draft: Draft, diagnostics: Diagnostics): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    diagnostics.error(
      'inventory-missing',
      { file, line: 1, column: 1 },
      `the inventory ${file} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
    );
    return;
  }
  const extension = extname(basename(file));
  if (['.yml', '.yaml', '.json'].includes(extension)) readYamlInventory(file, text, draft, diagnostics);
  else if (extension === '.ini') readIniInventory(file, text, draft, diagnostics);
  else if (await isProgram(file, text)) await readScriptInventory(file, draft, diagnostics);
  else if (looksLikeYaml(text)) readYamlInventory(file, text, draft, diagnostics);
  else readIniInventory(file, text, draft, diagnostics);
}

/** Executable, and begins as a script or a binary does: on some file systems every file is executable. */
async function isProgram(file: string, text: string): Promise<boolean> {
  if (!text.startsWith('#!') && !text.startsWith('\x7fELF')) return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function looksLikeYaml(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? '';
  return /^(---|\{)|^[^\s[\]=]+:(\s|$)/.test(first);
}
