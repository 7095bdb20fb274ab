import type { ScalarNode } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';

/** Text that knows where each of its characters is in the source file. */
export interface Located {
  readonly text: string;
  at(offset: number, length?: number): Place;
}

/** The whole text of a file. */
export function locatedFile(file: string, text: string): Located {
  return {
    text,
    at: (offset, length) => ({ file, ...lineAndColumn(text, offset), ...lengthOnLine(text, offset, length) }),
  };
}

/** The text of a YAML scalar: through quotes, escapes, folding and the indentation of block scalars. */
export function locatedScalar(node: ScalarNode): Located {
  const text = String(node.value);
  const { file, line, column } = node.place;
  return {
    text,
    at(offset, length) {
      const raw = node.raw ?? text;
      const before = lineAndColumn(raw, node.raw === undefined ? offset : rawOffset(raw, text, offset));
      const at =
        before.line === 1
          ? { line, column: column + before.column - 1 }
          : { line: line + before.line - 1, column: before.column };
      return { file, ...at, ...lengthOnLine(text, offset, length) };
    },
  };
}

/** The offset of a position whose lines count from 1 and columns from 0, as in parsers. */
export function offsetAt(text: string, position: { readonly line: number; readonly column: number }): number {
  let start = 0;
  for (let line = 1; line < position.line; line++) start = text.indexOf('\n', start) + 1;
  return start + position.column;
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

function lengthOnLine(text: string, offset: number, length: number | undefined): { length?: number } {
  if (length === undefined) return {};
  const shown = text.slice(offset, offset + length).split('\n')[0]!.length;
  return shown > 0 ? { length: shown } : {};
}

/** Walks value and raw text side by side: indentation and line folds are only in the raw text, escapes are longer there. */
function rawOffset(raw: string, value: string, offset: number): number {
  const block = raw.startsWith('|') || raw.startsWith('>');
  let j = block ? raw.indexOf('\n') + 1 : /^["']/.test(raw) ? 1 : 0;
  for (let i = 0; ; i++) {
    while (raw[j] !== value[i] && /\s/.test(raw[j] ?? '')) j++;
    if (i === offset) return j;
    j += width(raw, j);
  }
}

/** How many raw characters represent one of the value. */
function width(raw: string, j: number): number {
  if (raw.startsWith("'")) return raw.startsWith("''", j) ? 2 : 1;
  if (!raw.startsWith('"') || raw[j] !== '\\') return 1;
  return { x: 4, u: 6, U: 10 }[raw[j + 1]!] ?? 2;
}
