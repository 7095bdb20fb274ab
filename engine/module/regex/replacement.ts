import { escapes, octal } from './escapes.ts';
import { isName, Source } from './source.ts';
import { RegexError } from './tree.ts';

/** Texts, and numbers of groups between them. */
export type Replacement = readonly (string | number)[];

interface Groups {
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

/** Reads a replacement as Python's `re.sub` does; throws RegexError where it refers to a group that the pattern does not have. */
export function parseReplacement(text: string, pattern: Groups): Replacement {
  const source = new Source(text);
  const parts: (string | number)[] = [];
  for (let next = source.take(); next !== undefined; next = source.take()) {
    const part = next.startsWith('\\') ? escaped(next, source, pattern) : next;
    if (typeof part === 'string' && typeof parts.at(-1) === 'string') parts.push(`${parts.pop()}${part}`);
    else parts.push(part);
  }
  return parts;
}

function escaped(escape: string, source: Source, pattern: Groups): string | number {
  const at = source.at - 2;
  if (escape === '\\g') return named(source, pattern);
  if (escape === '\\0') return character(octal(escape + source.while(/^[0-7]$/, 2), at));
  if (/^\\\d$/.test(escape)) {
    const digits = escape + source.while(/^\d$/, 1);
    if (/^\\[0-7]{2}$/.test(digits) && /^[0-7]$/.test(source.next ?? ''))
      return character(octal(digits + source.take()!, at));
    return expectGroup(Number(digits.slice(1)), at + 1, pattern);
  }
  const known = escapes.get(escape);
  if (known !== undefined) return character(known);
  if (/^\\[A-Za-z]$/.test(escape)) throw new RegexError(`bad escape ${escape}`, at);
  return escape; // Python keeps the backslash, too
}

function named(source: Source, pattern: Groups): number {
  const at = source.at;
  if (!source.skip('<')) throw new RegexError('missing <', at);
  const name = source.name('>');
  if (/^\d+$/.test(name)) return expectGroup(Number(name), at + 1, pattern);
  if (!isName(name)) throw new RegexError(`bad character in group name '${name}'`, at + 1);
  const number = pattern.names.get(name);
  if (number === undefined) throw new RegexError(`unknown group name '${name}'`, at + 1);
  return number;
}

function expectGroup(number: number, at: number, { groups }: Groups): number {
  if (number > groups) throw new RegexError(`invalid group reference ${number}`, at);
  return number;
}

function character(code: number): string {
  return String.fromCodePoint(code);
}
