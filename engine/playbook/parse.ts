import { dirname, isAbsolute, resolve } from 'node:path';
import type { AnyModule } from '../module/module.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import { describe, entryOf, type MapEntry, type MapNode, type SourceNode } from '../source/node.ts';
import { type Place, shownPath } from '../source/place.ts';
import { Vault } from '../vault/vault.ts';
import type { Loader } from './context.ts';
import { readFields, rejectKey } from './fields.ts';
import { holdsExpression, writtenText } from './kinds.ts';
import { compileLayer } from './layers.ts';
import { isFile, whyNoFile } from './local-files.ts';
import { ModuleNames, withoutCollection } from './module-names.ts';
import { type Importer, readPlay } from './play.ts';
import { readTags } from './settings.ts';
import type { Play, Playbook } from './types.ts';
import { readYamlFile } from './yaml-file.ts';

/**
 * Loads one playbook file, or several whose plays run in order, with all roles, task files and playbooks that they import.
 * All problems go to `diagnostics`; the valid parts are returned. `written`: content, by absolute path, of files that
 * are not on disk. `rolesPath`: further folders of roles, absolute.
 */
export async function loadPlaybook(
  files: string | readonly string[],
  modules: ReadonlyMap<string, AnyModule>,
  diagnostics: Diagnostics,
  vault = new Vault(),
  extra: ReadonlyMap<string, unknown> = new Map(),
  written: ReadonlyMap<string, SourceNode> = new Map(),
  rolesPath: readonly string[] = [],
): Promise<Playbook> {
  const paths = (typeof files === 'string' ? [files] : files).map((file) => resolve(file));
  const nothing: Importer = { when: [], tags: new Set(), vars: [] };
  for (;;) {
    const found = new Diagnostics();
    const loader: Loader = {
      modules: new ModuleNames(modules),
      diagnostics: found,
      vault,
      extra,
      rolesPath,
      yamlFiles: new Map(written),
      templateFiles: new Map(),
    };
    const plays = paths.flatMap((path) => readPlaybookFile(path, undefined, nothing, [], loader));
    if (await vault.work()) continue; // encrypted values were found and are now decrypted
    diagnostics.add(found.all);
    return { file: paths[0] ?? '', plays };
  }
}

function readPlaybookFile(
  path: string,
  importedAt: Place | undefined,
  importer: Importer,
  inProgress: readonly string[],
  loader: Loader,
): readonly Play[] {
  const { diagnostics } = loader;
  const shown = shownPath(path);
  if (!loader.yamlFiles.has(path) && !isFile(path)) {
    diagnostics.error('missing-file', importedAt, `there is no playbook ${shown}`, whyNoFile(path));
    return [];
  }
  if (inProgress.includes(shown)) {
    diagnostics.error(
      'recursion',
      importedAt,
      `${shown} imports itself: ${[...inProgress.slice(inProgress.indexOf(shown)), shown].join(' → ')}`,
    );
    return [];
  }
  const node = readYamlFile(path, loader);
  if (node?.kind !== 'list') {
    const place = node?.place ?? { file: shown, line: 1, column: 1 };
    if (node ?? !diagnostics.hasErrors)
      diagnostics.error(
        'file-shape',
        place,
        `a playbook must be a list of plays, but this is ${node ? describe(node) : 'empty'}`,
        node?.kind === 'map' && entryOf(node, 'hosts') ? "start the play with '- '" : undefined,
      );
    return [];
  }
  return node.items.flatMap((item) => {
    if (item.kind !== 'map') {
      diagnostics.error('file-shape', item.place, `a play must be a map, but this is ${describe(item)}`);
      return [];
    }
    const imported = item.entries.find((e) => withoutCollection(e.key) === 'import_playbook');
    if (imported) return importPlaybook(item, imported, dirname(path), importer, [...inProgress, shown], loader);
    if (!entryOf(item, 'hosts') && looksLikeTask(item, loader)) {
      diagnostics.error(
        'file-shape',
        item.place,
        'expected a play, found a task',
        "move it under 'tasks' of a play, or import this file with import_tasks",
      );
      return [];
    }
    return readPlay(item, dirname(path), importer, loader) ?? [];
  });
}

function looksLikeTask(node: MapNode, { modules }: Loader): boolean {
  return (
    node.entries.some((e) => e.key === 'block' || modules.find(e.key) !== undefined) &&
    !node.entries.some((e) => ['tasks', 'roles'].includes(e.key))
  );
}

function importPlaybook(
  node: MapNode,
  { key, value }: MapEntry,
  folder: string,
  importer: Importer,
  inProgress: readonly string[],
  loader: Loader,
): readonly Play[] {
  const { diagnostics } = loader;
  const { fields, rest } = readFields(node, 'playbook', diagnostics);
  for (const entry of rest) if (entry.key !== key) rejectKey(entry, 'playbook', diagnostics);
  if (value.kind !== 'scalar' || value.value === null || holdsExpression(value)) {
    diagnostics.error('argument-value', value.place, 'import_playbook must be a file name without an expression');
    return [];
  }
  const name = writtenText(value);
  const vars = fields.map('vars');
  const inner: Importer = {
    when: [...importer.when, ...(fields.conditions('when') ?? [])],
    tags: new Set([...importer.tags, ...readTags(fields)]),
    vars: vars
      ? [compileLayer('vars of the import_playbook', vars.entries, diagnostics), ...importer.vars]
      : importer.vars,
  };
  return readPlaybookFile(isAbsolute(name) ? name : resolve(folder, name), value.place, inner, inProgress, loader);
}
