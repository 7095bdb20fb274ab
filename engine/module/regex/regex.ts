import { Machine, type Text } from './machine.ts';
import { parse } from './parse.ts';
import { compileTree, type Program } from './program.ts';
import { parseReplacement, type Replacement } from './replacement.ts';
import type { Flags } from './tree.ts';

/** What matched, and where; a group that took no part is null. Group 0 is the whole match. */
export interface Match {
  readonly groups: readonly (string | null)[];
  /** In characters (code points), as in Python. */
  readonly start: number;
  readonly end: number;
}

/**
 * A regular expression of Python's `re` for str. A machine of our own matches it, so that each pattern means what it means in
 * Python, groups included, and none can stop the run: without backreferences the time is linear, with them it is bounded.
 * Throws RegexError for a pattern that Python refuses; matching throws TooLong.
 */
export class Regex {
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
  readonly #program: Program;

  constructor(pattern: string, flags: Partial<Flags> = {}) {
    const parsed = parse(pattern, flags);
    this.groups = parsed.groups;
    this.names = parsed.names;
    this.#program = compileTree(parsed);
  }

  /** Whether it matches anywhere in the text. */
  test(text: string): boolean {
    return new Machine(this.#program, new Subject(text).codes).search(0, false);
  }

  /** Whether it matches at the start of the text, as `re.match` says. */
  matches(text: string): boolean {
    return new Machine(this.#program, new Subject(text).codes).matchAt(0, false);
  }

  search(text: string): Match | undefined {
    const [first] = this.all(text);
    return first;
  }

  /** As `re.finditer`. */
  *all(text: string): Generator<Match> {
    const subject = new Subject(text);
    const machine = new Machine(this.#program, subject.codes);
    let from = 0;
    let notEmpty = false;
    while (machine.search(from, notEmpty)) {
      const { slots } = machine;
      const [start, end] = slots as unknown as [number, number];
      yield {
        start,
        end,
        groups: Array.from({ length: this.groups + 1 }, (_, group) =>
          slots[2 * group + 1]! < 0 ? null : subject.slice(slots[2 * group]!, slots[2 * group + 1]!),
        ),
      };
      from = end;
      notEmpty = start === end;
    }
  }

  /** The replacement, read for this pattern; throws RegexError. */
  replacement(text: string): Replacement {
    return parseReplacement(text, this);
  }

  /** As `re.sub`. */
  replace(text: string, replacement: Replacement): string {
    const subject = new Subject(text);
    let result = '';
    let done = 0;
    for (const match of this.all(text)) {
      result += subject.slice(done, match.start) + expand(replacement, match);
      done = match.end;
    }
    return done === 0 && result === '' ? text : result + subject.slice(done, subject.codes.length);
  }
}

/** The replacement with what matched in place of its groups; a group that took no part is nothing. */
export function expand(replacement: Replacement, { groups }: Match): string {
  return replacement.map((part) => (typeof part === 'string' ? part : (groups[part] ?? ''))).join('');
}

/** A text by characters: those beyond U+FFFF take two places in a JavaScript string. */
class Subject {
  readonly codes: Text;
  readonly #text: string;
  readonly #characters: readonly string[] | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#characters = /[\ud800-\udbff]/.test(text) ? Array.from(text) : undefined;
    this.codes = this.#characters ? Uint32Array.from(this.#characters, (c) => c.codePointAt(0)!) : unitsOf(text);
  }

  slice(start: number, end: number): string {
    return this.#characters ? this.#characters.slice(start, end).join('') : this.#text.slice(start, end);
  }
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
