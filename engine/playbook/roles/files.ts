import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { suggest } from '../../source/nearest.ts';
import { describe, entryOf, type SourceNode } from '../../source/node.ts';
import { type Place, shownPath } from '../../source/place.ts';
import type { Context, Loader, PlayParts, Role } from '../context.ts';
import { compileLayerFile, mergeLayers } from '../layers.ts';
import { isFolder, isThereAndNoFolder } from '../local-files.ts';
import type { VariableLayer } from '../types.ts';
import { firstFile, readYamlFile } from '../yaml-file.ts';
import { readRoleSpecs } from './options.ts';

/** The files of a role that a use selects instead of main. */
export type RoleFrom = Readonly<Partial<Record<RolePart, { readonly name: string; readonly place: Place }>>>;
export type RolePart = 'tasks' | 'vars' | 'defaults' | 'handlers';

const folders = ['tasks', 'handlers', 'defaults', 'vars', 'meta', 'templates', 'files'];

/** Where roles are searched: roles/ beside the playbook, the project's roles_path, roles/ beside its folder, and its folder itself. */
export function rolePlaces(playbookFolder: string, rolesPath: readonly string[]): readonly string[] {
  return [join(playbookFolder, 'roles'), ...rolesPath, join(dirname(playbookFolder), 'roles'), playbookFolder];
}

export function isRole(folder: string): boolean {
  return folders.some((name) => isFolder(join(folder, name)));
}

export function knownRoles({ rolePlaces: places }: PlayParts): readonly string[] {
  return places.filter(isFolder).flatMap((place) => readdirSync(place).filter((name) => isRole(join(place, name))));
}

/** The folder of a role, absolute. */
export function findRole(name: string, { rolePlaces: places }: PlayParts): string | undefined {
  return places.map((folder) => resolve(folder, name)).find(isRole);
}

/** As in Ansible, what leads from roles/ to it: `net/a`. Of a role that is elsewhere, the last part of its path. */
function nameOf(path: string, { rolePlaces: places }: PlayParts): string {
  const names = places.map((folder) => relative(folder, path));
  return names.find((name) => !name.startsWith('..')) ?? basename(path);
}

/** Loads a role once for each play and selection of files. */
export function loadRole(name: string, place: Place, from: RoleFrom, { play, loader }: Context): Role | undefined {
  const found = findRole(name, play);
  if (found === undefined) {
    const known = suggest(name, knownRoles(play)) ?? `searched: ${play.rolePlaces.map(shownPath).join(', ')}`;
    loader.diagnostics.error('unknown-role', place, `there is no role '${name}'`, known);
    return undefined;
  }
  const key = JSON.stringify([found, from.vars?.name, from.defaults?.name, from.handlers?.name]);
  let role = play.roles.get(key);
  if (!role) play.roles.set(key, (role = readRole(found, nameOf(found, play), from, loader)));
  return role;
}

/** The selected file of a part of a role; main is optional. */
export function roleFile(path: string, part: RolePart, from: RoleFrom, { diagnostics }: Loader): string | undefined {
  const folder = join(path, part);
  const named = from[part];
  const file = firstFile(folder, named?.name ?? 'main');
  if (file === undefined && named) {
    const names = isFolder(folder) ? readdirSync(folder).map((name) => name.replace(/\.ya?ml$/, '')) : [];
    diagnostics.error(
      'missing-file',
      named.place,
      `role '${basename(path)}' has no ${part} '${named.name}'`,
      suggest(named.name, names),
    );
  }
  return file;
}

function readRole(path: string, name: string, from: RoleFrom, loader: Loader): Role {
  const { diagnostics } = loader;
  const meta = readMeta(path, loader);
  const about = meta?.kind === 'map' ? meta : undefined;
  const dependencies = about && entryOf(about, 'dependencies')?.value;
  if (dependencies && dependencies.kind !== 'list')
    diagnostics.error(
      'keyword-type',
      dependencies.place,
      `'dependencies' must be a list of roles, but it is ${describe(dependencies)}`,
    );
  const duplicates = about && entryOf(about, 'allow_duplicates')?.value;
  const specs = firstFile(join(path, 'meta'), 'argument_specs');
  const handlers = roleFile(path, 'handlers', from, loader);
  const handlersNode = handlers === undefined ? undefined : readYamlFile(handlers, loader);
  return {
    use: { name, path, defaults: readVariables(path, 'defaults', from, loader) },
    vars: readVariables(path, 'vars', from, loader),
    dependencies: dependencies?.kind === 'list' ? dependencies.items : [],
    allowDuplicates: duplicates?.kind === 'scalar' && duplicates.value === true,
    ...(handlersNode && { handlers: handlersNode }),
    specs: new Map([
      ...readRoleSpecs(specs === undefined ? undefined : specsIn(readYamlFile(specs, loader)), diagnostics),
      ...readRoleSpecs(about && entryOf(about, 'argument_specs')?.value, diagnostics),
    ]),
  };
}

function readMeta(path: string, loader: Loader): SourceNode | undefined {
  const file = firstFile(join(path, 'meta'), 'main');
  const meta = file === undefined ? undefined : readYamlFile(file, loader);
  if (meta && meta.kind !== 'map' && !(meta.kind === 'scalar' && meta.value === null))
    loader.diagnostics.error(
      'file-shape',
      meta.place,
      `the meta file of a role must be a map, but this is ${describe(meta)}`,
    );
  return meta;
}

/** The variables of a role: one file, or a folder of that name whose files are read in alphabetical order. */
function readVariables(path: string, part: 'vars' | 'defaults', from: RoleFrom, loader: Loader): VariableLayer {
  const folder = join(path, part, from[part]?.name ?? 'main');
  const files = isFolder(folder) ? filesOfVariables(folder) : [roleFile(path, part, from, loader)];
  const layers = files
    .filter((file) => file !== undefined)
    .map((file) => compileLayerFile('', readYamlFile(file, loader), loader.diagnostics));
  return mergeLayers(`${part} of role '${basename(path)}'`, layers);
}

function filesOfVariables(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^[^.].*\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter(isThereAndNoFolder);
}

function specsIn(file: SourceNode | undefined): SourceNode | undefined {
  return file?.kind === 'map' ? entryOf(file, 'argument_specs')?.value : undefined;
}
