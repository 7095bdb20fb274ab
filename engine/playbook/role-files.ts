import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { suggest } from '../source/nearest.ts';
import { describe, entryOf, type SourceNode } from '../source/node.ts';
import { type Place, shownPath } from '../source/place.ts';
import type { Context, Loader } from './context.ts';
import { compileLayerFile } from './layers.ts';
import { isFolder } from './local-files.ts';
import { readRoleOptions } from './role-options.ts';
import type { RoleUse, VariableLayer } from './types.ts';
import { firstFile, readYamlFile } from './yaml-file.ts';

/** A role as it lies on the disk; its uses are in roles.ts. */
export interface Role {
  readonly use: Omit<RoleUse, 'usedAt'>;
  readonly vars: VariableLayer;
  readonly dependencies: readonly SourceNode[];
  readonly allowDuplicates: boolean;
  readonly handlers?: SourceNode;
}

const folders = ['tasks', 'handlers', 'defaults', 'vars', 'meta', 'templates', 'files'];

/** Where roles are looked for: beside the playbook, beside its folder, and in its folder itself. */
function rolePlaces(playbookFolder: string): readonly string[] {
  return [join(playbookFolder, 'roles'), join(dirname(playbookFolder), 'roles'), playbookFolder];
}

function isRole(folder: string): boolean {
  return folders.some((name) => isFolder(join(folder, name)));
}

function knownRoles(playbookFolder: string): readonly string[] {
  return rolePlaces(playbookFolder)
    .filter(isFolder)
    .flatMap((place) => readdirSync(place).filter((name) => isRole(join(place, name))));
}

/** Reads a role once for each play: its defaults and variables join the play's, its handlers the play's handlers. */
export function loadRole(name: string, place: Place, context: Context): Role | undefined {
  const { play, loader } = context;
  const found = rolePlaces(play.folder)
    .map((folder) => resolve(folder, name))
    .find(isRole);
  if (found === undefined) {
    const known =
      suggest(name, knownRoles(play.folder)) ?? `looked in: ${rolePlaces(play.folder).map(shownPath).join(', ')}`;
    loader.diagnostics.error('unknown-role', place, `there is no role '${name}'`, known);
    return undefined;
  }
  let role = play.roles.get(found);
  if (!role) {
    role = readRole(found, loader);
    play.roles.set(found, role);
    play.roleDefaults.push(role.use.defaults);
    play.roleVars.push(role.vars);
  }
  return role;
}

function readRole(path: string, loader: Loader): Role {
  const { diagnostics } = loader;
  const name = basename(path);
  const read = (folder: string): SourceNode | undefined => {
    const file = firstFile(join(path, folder), 'main');
    return file === undefined ? undefined : readYamlFile(file, diagnostics);
  };
  const meta = read('meta');
  if (meta && meta.kind !== 'map' && !(meta.kind === 'scalar' && meta.value === null))
    diagnostics.error(
      'file-shape',
      meta.place,
      `the meta file of a role must hold a map, but this is ${describe(meta)}`,
    );
  const about = meta?.kind === 'map' ? meta : undefined;
  const dependencies = about && entryOf(about, 'dependencies')?.value;
  if (dependencies && dependencies.kind !== 'list')
    diagnostics.error(
      'keyword-type',
      dependencies.place,
      `'dependencies' must be a list of roles, but it is ${describe(dependencies)}`,
    );
  const duplicates = about && entryOf(about, 'allow_duplicates')?.value;
  const defaults = compileLayerFile(`defaults of role '${name}'`, read('defaults'), diagnostics);
  const specs = firstFile(join(path, 'meta'), 'argument_specs');
  const options =
    readRoleOptions(about && entryOf(about, 'argument_specs')?.value, diagnostics) ??
    readRoleOptions(specs === undefined ? undefined : specsIn(readYamlFile(specs, diagnostics)), diagnostics);
  const handlers = read('handlers');
  return {
    use: { name, path, defaults, ...(options && { options }) },
    vars: compileLayerFile(`vars of role '${name}'`, read('vars'), diagnostics),
    dependencies: dependencies?.kind === 'list' ? dependencies.items : [],
    allowDuplicates: duplicates?.kind === 'scalar' && duplicates.value === true,
    ...(handlers && { handlers }),
  };
}

function specsIn(file: SourceNode | undefined): SourceNode | undefined {
  return file?.kind === 'map' ? entryOf(file, 'argument_specs')?.value : undefined;
}
