import { basename, dirname } from 'node:path';
import type { AnyModule } from '../module/module.ts';
import { ModuleNames } from '../playbook/module-names.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Inputs } from '../source/inputs.ts';
import { shownPath } from '../source/place.ts';
import { faultsOf, isModuleLike } from './faults.ts';
import { moduleFiles, modulePackages } from './find.ts';
import { Loader } from './load.ts';
import { locate, originOf, rememberOrigin } from './locate.ts';
import type { Exports } from './types.ts';

/**
 * The modules available to playbooks in these folders: built-in modules and the project's own, which never replace
 * another. An unusable module is reported and replaced by a placeholder, so that its tasks are not reported as well.
 */
export async function withOwnModules(
  folders: readonly string[],
  builtIn: ReadonlyMap<string, AnyModule>,
  diagnostics: Diagnostics,
  { inputs, rolesPath = [] }: { readonly inputs?: Inputs | undefined; readonly rolesPath?: readonly string[] } = {},
): Promise<ReadonlyMap<string, AnyModule>> {
  const each = [...new Set(folders)];
  const packages = each.flatMap((folder) => modulePackages(folder, diagnostics));
  const files = each.flatMap((folder) => moduleFiles(folder, rolesPath));
  if (files.length === 0 && packages.length === 0) return builtIn;
  const loader = await Loader.create(each, diagnostics);
  const found = packages.flatMap((named) => loader.find(named) ?? []);
  for (const file of [...files, ...found]) inputs?.noteSources(dirname(file)); // with everything that a module may import
  const all = new Map(builtIn);
  for (const file of new Set([...files, ...found])) add(file, await loader.load(file), all, builtIn, diagnostics);
  return all;
}

function add(
  file: string,
  exported: Exports | undefined,
  all: Map<string, AnyModule>,
  builtIn: ReadonlyMap<string, AnyModule>,
  diagnostics: Diagnostics,
): void {
  const meant = [...new Set(Object.values(exported ?? {}))].filter(isModuleLike);
  if (exported && meant.length === 0)
    diagnostics.error(
      'module-missing',
      locate(file),
      `${shownPath(file)} exports no module`,
      "write: export const motd = defineModule({ … }); start the name of a helper file with '_', or move it to a subfolder",
    );
  if (meant.length === 0) addPlaceholder(basename(file).replace(/\..*$/, ''), all);
  for (const module of meant) {
    const name = typeof module['name'] === 'string' ? module['name'] : undefined;
    const faults = faultsOf(module);
    for (const { code, message, hint, near } of faults)
      diagnostics.error(code, locate(file, ...texts(near), ...texts(name)), message, hint);
    if (faults.length > 0) addPlaceholder(name ?? basename(file).replace(/\..*$/, ''), all);
    else if (isFree(name!, file, all, builtIn, diagnostics)) {
      const own = module as unknown as AnyModule;
      rememberOrigin(own, file);
      all.set(own.name, own);
    }
  }
}

/** Likely forms of a module's text in its file: quoted, as a key, or bare. */
function texts(text: string | undefined): (string | RegExp)[] {
  if (text === undefined) return [];
  const exact = text.replace(/[^\w\s]/g, '\\$&');
  return [new RegExp(`(?<=['"\`])${exact}(?=['"\`])`), new RegExp(`\\b${exact}(?=\\s*[:(])`), text];
}

function isFree(
  name: string,
  file: string,
  all: ReadonlyMap<string, AnyModule>,
  builtIn: ReadonlyMap<string, AnyModule>,
  diagnostics: Diagnostics,
): boolean {
  const taken = new ModuleNames(builtIn).find(name);
  const other = all.get(name);
  if (!taken && !other) return true;
  const owner = taken ? 'it is a built-in module' : `${shownPath(originOf(other!) ?? '')} defines it`;
  if (taken ?? originOf(other!))
    diagnostics.error(
      'module-clash',
      locate(file, ...texts(name)),
      `the module name '${name}' is already taken: ${owner}`,
      'choose another name: a module never replaces another',
    );
  return false;
}

function addPlaceholder(name: string, all: Map<string, AnyModule>): void {
  if (all.has(name)) return;
  all.set(name, {
    name,
    summary: '',
    args: { type: 'object', additionalProperties: true },
    freeForm: 'text',
    examples: [],
    check: () => Promise.reject(new Error(`the module '${name}' could not be loaded`)),
  });
}
