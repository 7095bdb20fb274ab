import { readFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import * as contract from '../module/index.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import type { Place } from '../source/place.ts';
import { frameIn, locate, placeOfLine } from './locate.ts';
import type { Exports, NamedPackage } from './types.ts';

/**
 * Imports files in TypeScript or JavaScript, without a build step. To them `tsplay/module` is the contract of the tsplay
 * that runs, whatever lies in their node_modules: what they throw must be of the engine's own classes.
 */
export class Loader {
  readonly #jiti: Jiti;
  readonly #diagnostics: Diagnostics;

  private constructor(jiti: Jiti, diagnostics: Diagnostics) {
    this.#jiti = jiti;
    this.#diagnostics = diagnostics;
  }

  static async create(folders: readonly string[], diagnostics: Diagnostics): Promise<Loader> {
    const { createJiti } = await import('jiti'); // brings a compiler along: only for those who have modules of their own
    const jiti = createJiti(pathToFileURL(join(process.cwd(), '_')).href, {
      // what lies in a temporary folder is not worth keeping: it is compiled once, and gone
      fsCache: !folders.every((folder) => folder.startsWith(tmpdir())) && cacheFolder(),
      interopDefault: false,
      virtualModules: { 'tsplay/module': contract },
    });
    return new Loader(jiti, diagnostics);
  }

  /** The file that a package's name leads to. */
  find({ name, namedIn }: NamedPackage): string | undefined {
    const found = this.#jiti.esmResolve(name, { parentURL: pathToFileURL(namedIn), try: true });
    if (found === undefined)
      this.#diagnostics.error(
        'module-package',
        locate(namedIn, JSON.stringify(name)),
        `the package '${name}' is not installed`,
        `npm install ${name}`,
      );
    return found === undefined ? undefined : fileURLToPath(found);
  }

  async load(file: string): Promise<Exports | undefined> {
    try {
      // compiled in any case: what is JavaScript already would else be left to Node, which may find another tsplay/module
      const options = { filename: file, id: file, async: true, forceTranspile: true };
      return (await this.#jiti.evalModule(await readFile(file, 'utf8'), options)) as Exports;
    } catch (error) {
      this.#tell(file, error);
      return undefined;
    }
  }

  #tell(file: string, error: unknown): void {
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
    // what is imported is called in a roundabout way once it is compiled: (0 , _module.name)()
    const told = message.replace(/\(0 ?, ?_\w+\.(\w+)\)/, '$1');
    const called = /^(\w+) is not a function/.exec(told)?.[1];
    const hint = called === undefined ? undefined : suggest(called, Object.keys(contract));
    this.#diagnostics.error('module-load', place, `this fails when it is loaded: ${told}`, hint);
  }
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tsplay', 'modules');
}

function whatIsMissing(name: string): [message: string, hint?: string] {
  if (/^\.{0,2}\//.test(name)) return [`there is no file '${name}'`, 'the ending (.ts) belongs to the name'];
  if (name.startsWith('tsplay/')) return [`there is no '${name}'`, "modules import from 'tsplay/module'"];
  return [`the package '${name}' is not installed`, `npm install ${name}`];
}
