import { readFileSync } from 'node:fs';
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
