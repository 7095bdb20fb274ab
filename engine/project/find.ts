import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Diagnostics } from '../source/diagnostic.ts';
import { readRegular } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { locate } from './locate.ts';
import type { NamedPackage } from './types.ts';

/** Module files: not starting with `_` or `.`, no tests, no declarations. */
const isModuleFile = (name: string): boolean =>
  /^[^._].*\.[cm]?[jt]s$/.test(name) && !/\.(?:d|test|spec)\.[cm]?[jt]s$/.test(name);

/**
 * The module files for playbooks in `folder`: in modules/ beside them, and in modules/ of their roles. `rolesPath`: further
 * folders of roles, absolute.
 */
export function moduleFiles(folder: string, rolesPath: readonly string[]): readonly string[] {
  if (isTsplay(folder)) return [];
  const roles = [join(folder, 'roles'), ...rolesPath, join(dirname(folder), 'roles')].flatMap((place) =>
    entriesOf(place).map((name) => join(place, name, 'modules')),
  );
  return [join(folder, 'modules'), ...roles].flatMap((place) =>
    entriesOf(place)
      .filter(isModuleFile)
      .map((name) => join(place, name)),
  );
}

/** In tsplay's own source tree, modules/ holds the built-in modules. */
function isTsplay(folder: string): boolean {
  try {
    return (
      (JSON.parse(readRegular(join(folder, 'package.json')).toString('utf8')) as { name?: unknown }).name === 'tsplay'
    );
  } catch {
    return false; // no package.json, or an invalid one, which is reported below
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // missing or not a folder: no modules
  }
}

/** The packages listed in the nearest package.json: `"tsplay": { "modules": ["…"] }`. */
export function modulePackages(folder: string, diagnostics: Diagnostics): readonly NamedPackage[] {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return dirname(folder) === folder ? [] : modulePackages(dirname(folder), diagnostics);
  const refuse = (message: string, hint?: string): [] => {
    diagnostics.error('module-package', locate(file, '"tsplay"'), message, hint);
    return [];
  };
  let settings: { modules?: unknown } | null | undefined;
  try {
    settings = (JSON.parse(readRegular(file).toString('utf8')) as { tsplay?: { modules?: unknown } } | null)?.tsplay;
  } catch (error) {
    return refuse(`package.json cannot be read: ${problemOf(error)}`);
  }
  if (settings === undefined) return [];
  const names = settings?.modules ?? [];
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
    return refuse("'tsplay.modules' must be a list of package names", '"tsplay": { "modules": ["tsplay-module-x"] }');
  return names.map((name) => ({ name, namedIn: file }));
}
