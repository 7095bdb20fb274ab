import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyModule } from '../module/module.ts';
import { type Place, shownPath } from '../source/place.ts';
import { readRegular } from '../source/read-once.ts';

/** The place of the first of these texts found in the file, else the start of the file. */
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

/** The whole line, from its first non-blank character, if only the line is known. */
export function placeOfLine(file: string, line: number): Place {
  const text = linesOf(file)[line - 1] ?? '';
  const length = text.trim().length;
  return { file: shownPath(file), line, column: text.search(/\S|$/) + 1, ...(length > 0 && { length }) };
}

function linesOf(file: string): readonly string[] {
  try {
    return readRegular(file).toString('utf8').split('\n');
  } catch {
    return []; // places are optional
  }
}

export interface Frame {
  readonly place: Place;
  /** The stack frames inside the project. */
  readonly stack: string;
}

/** Where an error was thrown within the folder of `file`. Only the line is exact. */
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

/** The file of a project module, absolute; undefined for a built-in one. */
export function originOf(module: AnyModule): string | undefined {
  return origins.get(module);
}

export function rememberOrigin(module: AnyModule, file: string): void {
  origins.set(module, file);
}
