import type { Category, CharacterSet, Flags, SetItem } from './tree.ts';

/** Whether a code point is in a set. What is ASCII is looked up in a table, the rest is computed. */
export interface Matcher {
  readonly ascii: Uint8Array;
  other(code: number): boolean;
}

export function holds(matcher: Matcher, code: number): boolean {
  return code < 128 ? matcher.ascii[code] === 1 : matcher.other(code);
}

export function matcherOf(set: CharacterSet, flags: Flags): Matcher {
  const test =
    set === '.'
      ? (code: number) => flags.s || code !== 10
      : (code: number) => set.items.some((item) => isIn(code, item, flags)) !== set.not;
  const ascii = new Uint8Array(128);
  for (let code = 0; code < 128; code++) ascii[code] = test(code) ? 1 : 0;
  return { ascii, other: test };
}

/** The only character that a set holds, if there is but one; for texts to be searched for it. */
export function onlyCharacter(set: CharacterSet, flags: Flags): number | undefined {
  if (set === '.' || set.not || set.items.length !== 1) return undefined;
  const [item] = set.items as [SetItem];
  if ('category' in item || item.from !== item.to) return undefined;
  return flags.i && variantsOf(item.from, flags.a).length > 1 ? undefined : item.from;
}

function isIn(code: number, item: SetItem, flags: Flags): boolean {
  if ('category' in item) return isOfCategory(flags.i ? lower(code, flags.a) : code, item.category, flags.a);
  if (!flags.i) return code >= item.from && code <= item.to;
  return variantsOf(code, flags.a).some((variant) => variant >= item.from && variant <= item.to);
}

/** As str.isdecimal, str.isspace and str.isalnum (or an underscore) say. */
function isOfCategory(code: number, category: Category, ascii: boolean): boolean {
  switch (category) {
    case 'd':
      return code < 128 ? code >= 48 && code <= 57 : !ascii && /^\p{Nd}$/u.test(String.fromCodePoint(code));
    case 's':
      if (code < 128) return code === 32 || (code >= 9 && code <= 13) || (!ascii && code >= 28 && code <= 31);
      return !ascii && (code === 0x85 || (code !== 0xfeff && /^\s$/.test(String.fromCodePoint(code))));
    case 'w':
      return isWord(code, ascii);
    default:
      return !isOfCategory(code, category.toLowerCase() as Category, ascii);
  }
}

export function isWord(code: number, ascii: boolean): boolean {
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
  return !ascii && /^[\p{L}\p{N}]$/u.test(String.fromCodePoint(code));
}

/** The lower case of one character, which is one character. */
export function lower(code: number, ascii: boolean): number {
  if (code < 128 || ascii) return code >= 65 && code <= 90 ? code + 32 : code;
  if (code === 0x130) return 105; // JavaScript has the long form: i and a dot above
  return String.fromCodePoint(code).toLowerCase().codePointAt(0)!;
}

let byFold: Map<string, number[]> | undefined;

/** All characters that are the same where case does not count: those whose lower cases have the same upper case. */
function variantsOf(code: number, ascii: boolean): readonly number[] {
  if (ascii) return code < 128 ? letterCases(code) : [code];
  if (code < 128) return asciiVariants[code] ?? letterCases(code);
  byFold ??= foldTable();
  return byFold.get(fold(code)) ?? [code];
}

function letterCases(code: number): readonly number[] {
  const small = lower(code, true);
  return small >= 97 && small <= 122 ? [small, small - 32] : [code];
}

/** The letters of ASCII that have variants outside of it: dotted and dotless i, long s, the sign of kelvin. */
const asciiVariants: Readonly<Record<number, readonly number[]>> = Object.fromEntries(
  [
    [105, 73, 0x130, 0x131],
    [115, 83, 0x17f],
    [107, 75, 0x212a],
  ].flatMap((variants) => [
    [variants[0], variants],
    [variants[1], variants],
  ]),
);

function fold(code: number): string {
  return String.fromCodePoint(lower(code, false)).toUpperCase();
}

function foldTable(): Map<string, number[]> {
  const table = new Map<string, number[]>();
  // No letter with a case lies above the Adlam block.
  for (let code = 0; code < 0x1ea00; code++) {
    if (code === 0xd800) code = 0xe000;
    const text = String.fromCodePoint(code);
    if (text.toLowerCase() === text && text.toUpperCase() === text) continue;
    const key = fold(code);
    const variants = table.get(key);
    if (variants) variants.push(code);
    else table.set(key, [code]);
  }
  return table;
}
