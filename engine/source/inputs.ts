import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { shownPath } from './place.ts';

/** What was read on this machine, and what it held then: SHA-256 by name. The first reading of each counts. */
export class Inputs {
  readonly #read = new Map<string, string>();
  /** They are part of it though not read yet, or not by us. */
  readonly #named = new Set<string>();

  note(path: string, content: Buffer): void {
    this.#add(nameOf(path), content);
  }

  /** What an inventory program printed. */
  noteOutput(program: string, args: readonly string[], stdout: string): void {
    this.#add(`output of ${[nameOf(program), ...args].join(' ')}`, stdout);
  }

  /** A file that is read later, if at all: a large one that a task copies. */
  noteFile(path: string): void {
    this.#named.add(nameOf(path));
  }

  /** All code in a folder and below it. */
  noteSources(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) this.noteSources(path);
      else if (/\.([cm]?[jt]s|json)$/.test(entry.name)) this.noteFile(path);
    }
  }

  /** All of them, in the order of their names. */
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

/** What the file holds now; undefined where it cannot be read. */
export async function digestOfFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/** The same file by another path has the same name. */
function nameOf(path: string): string {
  return shownPath(resolve(path));
}
