import { readFileSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyModule } from '../module/module.ts';
import { type Place, shownPath } from '../source/place.ts';

/** The place of the first of these texts that stands in the file; its beginning where none does. */
export function locate(file: string, ...texts: readonly (string | RegExp)[]): Place {
  const lines = linesOf(file);
  for (const text of texts)
    for (const [index, line] of lines.entries()) {
      const found = typeof text === 'string' ? line.indexOf(text) : line.search(text);
      if (found < 0) continue;
      const length = typeof text === 'string' ? text.length : text.exec(line)![0].length;
      return { file: shownPath(file), line: index + 1, column: found + 1, length };
    }
  return { file: shownPath(file), line: 1, column: 1 };
}

/** A whole line, from its first letter on: where only the line is known. */
export function placeOfLine(file: string, line: number): Place {
  const text = linesOf(file)[line - 1] ?? '';
  const length = text.trim().length;
  return { file: shownPath(file), line, column: text.search(/\S|$/) + 1, ...(length > 0 && { length }) };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return []; // places are a courtesy: what is wrong stands without them
  }
}

export interface Frame {
  readonly place: Place;
  /** The stack from here on, without what is not the project's. */
  readonly stack: string;
}

/** Where in the folder of `file` (in node_modules: of the package's file) something was thrown. Only lines are exact. */
export function frameIn(stack: string, file: string): Frame | undefined {
  const folder = `${dirname(file)}${sep}`;
  const frames = stack.split('\n').flatMap((line) => {
    const [, path, number] = /(?:\(|at )((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(line) ?? [];
    const plain = path?.startsWith('file:') ? fileURLToPath(path) : path;
    return plain?.startsWith(folder) ? [{ line, plain, number: Number(number) }] : [];
  });
  const [first] = frames;
  return first && { place: placeOfLine(first.plain, first.number), stack: frames.map(({ line }) => line).join('\n') };
}

const origins = new WeakMap<AnyModule, string>();

/** The file that a module of the project's own comes from, absolute; undefined for one that tsplay brings. */
export function originOf(module: AnyModule): string | undefined {
  return origins.get(module);
}

export function rememberOrigin(module: AnyModule, file: string): void {
  origins.set(module, file);
}
