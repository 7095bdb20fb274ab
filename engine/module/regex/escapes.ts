import type { Source } from './source.ts';
import { type Category, RegexError, type SetItem } from './tree.ts';

/** Escapes that mean one character, in patterns and in replacements. */
export const escapes: ReadonlyMap<string, number> = new Map([
  ['\\a', 7],
  ['\\b', 8],
  ['\\f', 12],
  ['\\n', 10],
  ['\\r', 13],
  ['\\t', 9],
  ['\\v', 11],
  ['\\\\', 92],
]);

const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const hints: Readonly<Record<string, string>> = {
  '\\z': ' (write \\Z)',
  '\\p': ' (Unicode properties are not known to Python: write a class such as [A-Za-z])',
  '\\P': ' (Unicode properties are not known to Python: write a class such as [^A-Za-z])',
  '\\Q': ' (escape each special character with a backslash)',
};

/** An escape inside a class. */
export function classEscape(escape: string, source: Source): SetItem {
  const category = categoryOf(escape);
  if (category) return { category };
  const known = escapes.get(escape) ?? coded(escape, source);
  if (known !== undefined) return one(known);
  const at = source.at - 2;
  if (/^\\[0-7]$/.test(escape)) return one(octal(escape + source.while(/^[0-7]$/, 2), at));
  if (/^\\[89]$/.test(escape)) throw new RegexError(`bad escape ${escape}`, at);
  return one(literal(escape, source));
}

export function one(character: number): SetItem {
  return { from: character, to: character };
}

export function categoryOf(escape: string): Category | undefined {
  return /^\\[dDsSwW]$/.test(escape) ? (escape[1] as Category) : undefined;
}

/** The character of \x41, \u0041 or \U00000041; undefined for another escape. */
export function coded(escape: string, source: Source): number | undefined {
  const at = source.at - 2;
  const length = hexDigits[escape[1]!];
  if (escape === '\\N')
    throw new RegexError('characters by name (\\N{…}) are not supported: write \\u and four digits', at);
  if (length === undefined) return undefined;
  const digits = source.while(/^[\da-fA-F]$/, length);
  if (digits.length < length) throw new RegexError(`incomplete escape ${escape}${digits}`, at);
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff) throw new RegexError(`bad escape ${escape}${digits}`, at);
  return code;
}

export function octal(escape: string, at: number): number {
  const code = Number.parseInt(escape.slice(1), 8);
  if (code > 0o377) throw new RegexError(`octal escape value ${escape} outside of range 0-0o377`, at);
  return code;
}

/** The character that an escape means that has no meaning of its own: only letters are kept for later. */
export function literal(escape: string, source: Source): number {
  if (/^\\[A-Za-z]$/.test(escape)) throw new RegexError(`bad escape ${escape}${hints[escape] ?? ''}`, source.at - 2);
  return escape.codePointAt(1)!;
}
