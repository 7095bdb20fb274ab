import { classEscape, one } from './escapes.ts';
import type { Source } from './source.ts';
import { type CharacterSet, RegexError, type SetItem } from './tree.ts';

/** A class, after its bracket. A closing bracket that comes first is one of its characters. */
export function parseClass(source: Source, at: number): CharacterSet {
  const not = source.skip('^');
  const items: SetItem[] = [];
  for (;;) {
    const start = source.at;
    const taken = take(source, at);
    if (taken === ']' && items.length > 0) return { not, items };
    if (taken === '[' && source.next === ':') expectNoPosixClass(source, start);
    const low = itemOf(taken, source);
    if (!source.skip('-')) {
      items.push(low);
      continue;
    }
    const end = take(source, at);
    if (end === ']') return { not, items: [...items, low, one(45)] };
    const high = itemOf(end, source);
    if ('category' in low || 'category' in high || low.from > high.from)
      throw new RegexError(`bad character range ${taken}-${end}`, start);
    items.push({ from: low.from, to: high.from });
  }
}

function take(source: Source, at: number): string {
  const taken = source.take();
  if (taken === undefined) throw new RegexError('unterminated character set', at);
  return taken;
}

function itemOf(taken: string, source: Source): SetItem {
  return taken.startsWith('\\') ? classEscape(taken, source) : one(taken.codePointAt(0)!);
}

/** Python reads `[[:alpha:]]` as a class of `[:alph` and a bracket after it: nobody means that. */
function expectNoPosixClass(source: Source, start: number): void {
  const here = source.at;
  source.take();
  const name = source.while(/^[a-z^]$/);
  if (name !== '' && source.skip(':') && source.skip(']'))
    throw new RegexError(`[:${name}:] is not a class in Python: write its characters, such as a-z`, start);
  source.at = here;
}
