import { constants, existsSync, type Stats, statSync } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Diagnostics } from '../source/diagnostic.ts';
import { readGiven } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { openFileNow } from '../vault/values.ts';
import { Vault } from '../vault/vault.ts';
import { Draft } from './draft.ts';
import { readIniInventory } from './formats/ini.ts';
import { isModule, moduleCommand, readProgram } from './formats/program.ts';
import { readYamlInventory } from './formats/yaml.ts';
import { resolveInventory } from './resolve.ts';
import type { Inventory } from './types.ts';
import { type Reading, readVariableFiles } from './variable-files.ts';
import type { VariableFolder } from './variables.ts';
import { openVariables } from './vaulted.ts';

/**
 * Reads inventories in Ansible's formats; later ones override earlier ones. A source is a YAML, JSON or INI file, a program
 * that prints JSON, a TypeScript or JavaScript file, a folder of these, or a list of host names (`web1,web2,`). Also reads
 * group_vars/ and host_vars/ beside the inventories, and in `beside`, the playbooks' folders, which override those.
 */
export async function loadInventory(
  sources: readonly string[],
  diagnostics: Diagnostics,
  beside: readonly string[] = [],
  vault = new Vault(),
): Promise<Inventory> {
  const reading: Reading = { vault, encrypted: new Set(), diagnostics };
  const draft = new Draft(diagnostics);
  const files: string[] = [];
  const folders: string[] = [];
  for (const source of sources) {
    const path = resolve(source);
    if (source.includes(',') && !existsSync(path)) addListed(source, draft);
    else {
      const found = await filesOf(path, diagnostics);
      if (!found) continue;
      folders.push(found.folder);
      for (const file of found.files) await readSource(file, draft, reading);
      files.push(...found.files);
    }
  }
  const read = (paths: readonly string[]): VariableFolder[] =>
    lastOfEach(paths).map((folder) => {
      const options = { mayBeForOthers: !folders.includes(folder) }; // beside a playbook: may be for other inventories
      return {
        groups: readVariableFiles(folder, 'group_vars', draft, reading, options),
        hosts: readVariableFiles(folder, 'host_vars', draft, reading, options),
      };
    });
  const playbooks = beside.map((folder) => resolve(folder));
  const readAll = () => ({
    inventory: read(folders.filter((f) => !playbooks.includes(f))),
    playbook: read(playbooks),
  });
  let variables = readAll();
  if (await vault.work()) variables = readAll(); // encrypted files were found and are now decrypted
  await openVariables(draft, [...variables.inventory, ...variables.playbook], reading);
  return resolveInventory(files, draft, variables, diagnostics);
}

/** A folder given more than once counts at its last position. */
function lastOfEach(paths: readonly string[]): readonly string[] {
  return paths.filter((path, index) => paths.lastIndexOf(path) === index);
}

function addListed(source: string, draft: Draft): void {
  const place = { file: '--inventory', line: 1, column: 1 };
  for (const name of source.split(','))
    if (name.trim() !== '') draft.addHosts(name.trim(), draft.group('ungrouped', place), place);
}

/** The inventory files of a source, and the folder of its group_vars and host_vars. */
async function filesOf(
  path: string,
  diagnostics: Diagnostics,
): Promise<{ files: readonly string[]; folder: string } | undefined> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read: ${problemOf(error)}`;
    diagnostics.error('inventory-missing', { file: path, line: 1, column: 1 }, `the inventory ${path} ${reason}`);
    return undefined;
  }
  if (!found.isDirectory()) return { files: [path], folder: dirname(path) };
  const names = (await readdir(path)).sort();
  const files: string[] = [];
  for (const name of names)
    if (!isLeftOut(name, names, path, diagnostics) && !isPipe(join(path, name)))
      files.push(...((await filesOf(join(path, name), diagnostics))?.files ?? []));
  return { files, folder: path };
}

/** A pipe that is given itself is read (`-i <(make-inventory)`); in a folder nobody may ever write to it. */
function isPipe(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

const notInventories = new Set(['group_vars', 'host_vars', 'vars_plugins']);
const leftovers = ['.md', '.rst', '.txt', '.orig', '.bak', '.swp', '.retry', '.cfg', '.pyc', '.pyo', '.rpm', '.ini'];

/** Files that Ansible ignores in an inventory folder too. An .ini file there is usually the configuration of a script. */
function isLeftOut(name: string, names: readonly string[], folder: string, diagnostics: Diagnostics): boolean {
  if (name.startsWith('.') || name.endsWith('~') || notInventories.has(name)) return true;
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  if (extension === '.ini' && !names.some((other) => other !== name && other.startsWith(`${stem}.`)))
    diagnostics.warning(
      'inventory-passed-over',
      { file: join(folder, name), line: 1, column: 1 },
      `${name} is ignored: in an inventory folder, .ini files are not read (as in Ansible)`,
      `rename it to ${stem}, or pass it with -i`,
    );
  return leftovers.includes(extension);
}

async function readSource(file: string, draft: Draft, reading: Reading): Promise<void> {
  const { vault, encrypted, diagnostics } = reading;
  const start = { file, line: 1, column: 1 };
  let text: string;
  try {
    const opened = await openFileNow(file, await readGiven(file), vault, diagnostics);
    if (!opened) return;
    if (opened.encrypted) encrypted.add(file);
    text = opened.content.toString('utf8');
  } catch (error) {
    diagnostics.error('inventory-missing', start, `the inventory ${file} cannot be read: ${problemOf(error)}`);
    return;
  }
  const extension = extname(basename(file));
  const begun = text.startsWith('#!') || text.startsWith('\x7fELF');
  if (['.yml', '.yaml', '.json'].includes(extension)) readYamlInventory(file, text, draft, diagnostics);
  else if (extension === '.ini') readIniInventory(file, text, draft, diagnostics);
  // On some file systems every file is executable, so also check for a shebang or ELF header.
  else if (begun && (await isExecutable(file))) await readProgram(file, [file], draft, reading);
  else if (isModule(file)) await readProgram(file, moduleCommand(file), draft, reading);
  else if (begun)
    diagnostics.error(
      'inventory-script',
      start,
      'this inventory is a program but not executable',
      `run: chmod +x ${file}`,
    );
  else if (extension === '.toml')
    diagnostics.error('inventory-type', start, 'TOML inventories are not supported', 'convert it to YAML');
  else if (looksLikeYaml(text)) readYamlInventory(file, text, draft, diagnostics);
  else readIniInventory(file, text, draft, diagnostics);
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function looksLikeYaml(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? '';
  return /^(---|\{)|^[^\s[\]=]+:(\s|$)/.test(first);
}
