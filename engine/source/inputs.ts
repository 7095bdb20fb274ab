import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { shownPath } from './place.ts';
import { withRegular } from './read-once.ts';

/** The files read on the controller: SHA-256 by name, as of the first read. */
export class Inputs {
  readonly #read = new Map<string, string>();
  /** Inputs that have not been read here; digested at the end. */
  readonly #named = new Set<string>();

  note(path: string, content: Buffer): void {
    this.#add(nameOf(path), content);
  }

  /** The output of an inventory program. */
  noteOutput(program: string, args: readonly string[], stdout: string): void {
    this.#add(`output of ${[nameOf(program), ...args].join(' ')}`, stdout);
  }

  /** A file that is read later or not at all, such as a large file that a task copies. */
  noteFile(path: string): void {
    this.#named.add(nameOf(path));
  }

  /** All code in a folder and its subfolders. */
  noteSources(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) this.noteSources(path);
      else if (/\.([cm]?[jt]s|json)$/.test(entry.name)) this.noteFile(path);
    }
  }

  /** All digests, sorted by name. */
  async digests(): Promise<ReadonlyMap<string, string>> {
    for (const name of this.#named) {
      const digest = this.#read.has(name) ? undefined : await digestOfFile(name);
      if (digest !== undefined) this.#read.set(name, digest);
    }
    return new Map([...this.#read].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #add(name: string, content: Buffer | string): void {
    if (!this.#read.has(name)) this.#read.set(name, createHash('sha256').update(content).digest('hex'));
  }
}

/** The current digest of the file; undefined if it cannot be read. */
export async function digestOfFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await withRegular(path, (file) => pipeline(file.createReadStream({ autoClose: false }), hash));
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/** The same name for different paths to a file. */
function nameOf(path: string): string {
  return shownPath(resolve(path));
}
