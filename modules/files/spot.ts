import { type Line, seen } from './lines.ts';
import { bounded, compile, lintPatterns } from './pattern.ts';

/** Where new lines go in a text file. */
export interface Spot {
  readonly path: string;
  readonly insertafter?: string;
  readonly insertbefore?: string;
}

export const spotArgs = {
  insertafter: {
    type: 'string',
    description:
      'Insert after the last line that matches this expression, or at the end if none does; `EOF` (the default): at the end, `BOF`: at the beginning.',
  },
  insertbefore: {
    type: 'string',
    description:
      'Insert before the last line that matches this expression, or at the end if none does; `BOF`: at the beginning.',
  },
} as const;

const ends = ['BOF', 'EOF'];

export function lintSpot(args: Readonly<Record<string, unknown>>): string[] {
  const patterns = ['insertafter', 'insertbefore'].filter((name) => !ends.includes(String(args[name])));
  const both = 'insertafter' in args && 'insertbefore' in args;
  return [
    ...lintPatterns(args, patterns),
    ...(both ? ["only one of 'insertafter' and 'insertbefore' can be given"] : []),
  ];
}

/** The number of lines before the new ones. */
export function spotFor(lines: readonly Line[], { path, insertafter, insertbefore }: Spot): number {
  const source = insertbefore ?? insertafter ?? 'EOF';
  if (ends.includes(source)) return source === 'BOF' ? 0 : lines.length;
  const pattern = compile(insertbefore === undefined ? 'insertafter' : 'insertbefore', source);
  const at = bounded(path, source, () => lines.findLastIndex((line) => pattern.test(seen(line))));
  if (at < 0) return lines.length;
  return insertbefore === undefined ? at + 1 : at;
}
