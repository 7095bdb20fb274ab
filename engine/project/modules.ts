import { basename, dirname } from 'node:path';
import type { AnyModule } from '../module/module.ts';
import { ModuleNames } from '../playbook/module-names.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Inputs } from '../source/inputs.ts';
import { shownPath } from '../source/place.ts';
import { faultsOf, isMeantAsModule } from './faults.ts';
import { moduleFiles, modulePackages } from './find.ts';
import { Loader } from './load.ts';
import { locate, originOf, rememberOrigin } from './locate.ts';
import type { Exports } from './types.ts';

/**
 * The modules that playbooks in these folders can name: those of tsplay, and the project's own. A module of one's own
 * never takes the place of another. One that cannot be used is told to `diagnostics`; something stands in for it, so
 * that not every task that names it is told to be wrong as well.
 */
export async function withOwnModules(
  folders: readonly string[],
  builtIn: ReadonlyMap<string, AnyModule>,
  diagnostics: Diagnostics,
  inputs?: Inputs,
): Promise<ReadonlyMap<string, AnyModule>> {
  const each = [...new Set(folders)];
  const packages = each.flatMap((folder) => modulePackages(folder, diagnostics));
  const files = each.flatMap(moduleFiles);
  if (files.length === 0 && packages.length === 0) return builtIn;
  const loader = await Loader.create(each, diagnostics);
  const found = packages.flatMap((named) => loader.find(named) ?? []);
  for (const file of [...files, ...found]) inputs?.noteSources(dirname(file)); // with all that a module may import
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
  const meant = [...new Set(Object.values(exported ?? {}))].filter(isMeantAsModule);
  if (exported && meant.length === 0)
    diagnostics.error(
      'module-missing',
      locate(file),
      `${shownPath(file)} exports no module`,
      "export const motd = defineModule({ … }); a file that only helps begins with '_' or lies in a folder below",
    );
  if (meant.length === 0) standIn(basename(file).replace(/\..*$/, ''), all);
  for (const module of meant) {
    const name = typeof module['name'] === 'string' ? module['name'] : undefined;
    const faults = faultsOf(module);
    for (const { code, message, hint, near } of faults)
      diagnostics.error(code, locate(file, ...texts(near), ...texts(name)), message, hint);
    if (faults.length > 0) standIn(name ?? basename(file).replace(/\..*$/, ''), all);
    else if (isFree(name!, file, all, builtIn, diagnostics)) {
      const own = module as unknown as AnyModule;
      rememberOrigin(own, file);
      all.set(own.name, own);
    }
  }
}

/** How a text of a module most likely stands in its file: quoted, as a key, or anyhow. */
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
  const owner = taken ? `tsplay itself has a module '${name}'` : `${shownPath(originOf(other!) ?? '')} has it already`;
  if (taken ?? originOf(other!))
    diagnostics.error(
      'module-clash',
      locate(file, ...texts(name)),
      `the name '${name}' is taken: ${owner}`,
      'give this one another name: a module never replaces another',
    );
  return false;
}

function standIn(name: string, all: Map<string, AnyModule>): void {
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
