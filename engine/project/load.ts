import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import * as contract from '../module/index.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { cacheFolder } from '../source/folders.ts';
import { suggest } from '../source/nearest.ts';
import type { Place } from '../source/place.ts';
import { readRegular } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { frameIn, locate, placeOfLine } from './locate.ts';
import type { Exports, NamedPackage } from './types.ts';

/**
 * Imports TypeScript or JavaScript files without a build step. `tsplay/module` always resolves to the running tsplay,
 * whatever is in node_modules, so that thrown errors are instances of the engine's own classes.
 */
export class Loader {
  readonly #jiti: Jiti;
  readonly #diagnostics: Diagnostics;

  private constructor(jiti: Jiti, diagnostics: Diagnostics) {
    this.#jiti = jiti;
    this.#diagnostics = diagnostics;
  }

  static async create(folders: readonly string[], diagnostics: Diagnostics): Promise<Loader> {
    const { createJiti } = await import('jiti'); // includes a compiler, so imported only if the project has modules
    const jiti = createJiti(pathToFileURL(join(process.cwd(), '_')).href, {
      // modules in a temporary folder are compiled only once
      fsCache: !folders.every((folder) => folder.startsWith(tmpdir())) && cacheFolder('modules'),
      interopDefault: false,
      virtualModules: { 'tsplay/module': contract },
    });
    return new Loader(jiti, diagnostics);
  }

  /** The entry file of a package. */
  find({ name, namedIn }: NamedPackage): string | undefined {
    const found = this.#jiti.esmResolve(name, { parentURL: pathToFileURL(namedIn), try: true });
    if (found === undefined)
      this.#diagnostics.error(
        'module-package',
        locate(namedIn, JSON.stringify(name)),
        `the package '${name}' is not installed`,
        `run: npm install ${name}`,
      );
    return found === undefined ? undefined : fileURLToPath(found);
  }

  async load(file: string): Promise<Exports | undefined> {
    try {
      // always transpile: Node would load plain JavaScript itself and may resolve another tsplay/module
      const options = { filename: file, id: file, async: true, forceTranspile: true };
      return (await this.#jiti.evalModule(readRegular(file).toString('utf8'), options)) as Exports;
    } catch (error) {
      this.#report(file, error);
      return undefined;
    }
  }

  #report(file: string, error: unknown): void {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const syntax = /^ParseError: (.*?)\.?\s*\n\s*(.+):(\d+):(\d+)/s.exec(message);
    if (syntax) {
      const [, what, where, line, column] = syntax;
      const place = { ...placeOfLine(where!, Number(line)), column: Number(column) + 1, length: 1 };
      this.#diagnostics.error('module-syntax', place, `this does not compile: ${what}`);
      return;
    }
    const missing = /^Cannot find (?:module|package) '([^']+)'(?:[^]*?\n- (.+))?/.exec(message);
    if (missing) {
      const [, name, importer] = missing;
      this.#diagnostics.error('module-load', locate(importer ?? file, name!), ...whatIsMissing(name!));
      return;
    }
    const place: Place = frameIn(stack, file)?.place ?? locate(file);
    // compiled code calls imports as (0, _module.name)()
    const text = (error instanceof Error ? problemOf(error) : message).replace(/\(0 ?, ?_\w+\.(\w+)\)/, '$1');
    const called = /^(\w+) is not a function/.exec(text)?.[1];
    const hint = called === undefined ? undefined : suggest(called, Object.keys(contract));
    this.#diagnostics.error('module-load', place, `this file fails to load: ${text}`, hint);
  }
}

function whatIsMissing(name: string): [message: string, hint?: string] {
  if (/^\.{0,2}\//.test(name)) return [`there is no file '${name}'`, 'include the extension (.ts)'];
  if (name.startsWith('tsplay/')) return [`there is no '${name}'`, "modules import from 'tsplay/module'"];
  return [`the package '${name}' is not installed`, `run: npm install ${name}`];
}
