import type { Trial } from './python.ts';

/** Trials of a seed: patterns from a grammar that knows all of Python's syntax, some of them broken, and texts that they may match. */
export function trialsOf(seed: number, count: number): Trial[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => new Generator(random).trial());
}

type Random = () => number;

/** Mulberry32. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const letters = ['a', 'b', 'c', 'A', 'B', 'k', 's', 'i', '1', '2', '=', ' ', '_', '-', '#', '\n'];
const rare = [
  'é',
  'É',
  'ſ',
  '\u212a',
  'ı',
  'İ',
  'ß',
  'σ',
  'ς',
  '٣',
  '\u2028',
  '\r',
  '\t',
  '\u0085',
  '\u00a0',
  '\u001c',
  '😀',
  '𝟘',
  '\0',
  '²',
];
const escapes = ['\\d', '\\D', '\\s', '\\S', '\\w', '\\W'];
const written = [
  '\\n',
  '\\t',
  '\\r',
  '\\\\',
  '\\.',
  '\\-',
  '\\]',
  '\\#',
  '\\ ',
  '\\x41',
  '\\u00e9',
  '\\U0001f600',
  '\\07',
  '\\101',
  '\\0',
];
const wrong = [
  '\\z',
  '\\p',
  '\\q',
  '\\xg',
  '\\9',
  '\\18',
  '\\400',
  '(',
  ')',
  '[',
  '*',
  '{2}',
  '\\',
  '(?P<n>',
  '(?i)',
  '[b-a]',
  '[a-\\d]',
  '(?<n>a)',
  '(?z)',
  'a{3,1}',
];
const flagsOf = ['i', 'm', 's', 'x', 'a', 'im', 'is', 'ia'];

class Generator {
  readonly #random: Random;
  #groups = 0;
  readonly #closed: number[] = [];
  readonly #names: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  trial(): Trial {
    const start = this.#one(9) ? `(?${this.#of(flagsOf)})` : '';
    const pattern = start + this.#either(3) + (this.#one(30) ? this.#of(wrong) : '');
    const text = this.#text(this.#int(14)) + (this.#one(3) ? '\n' : '');
    return { pattern, text, replacement: this.#replacement() };
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #one(of: number): boolean {
    return this.#int(of) === 0;
  }

  #of<T>(list: readonly T[]): T {
    return list[this.#int(list.length)]!;
  }

  #text(length: number): string {
    const pool = this.#one(3) ? letters.slice(0, 5) : letters;
    return Array.from({ length }, () => this.#of(this.#one(8) ? rare : pool)).join('');
  }

  #either(depth: number): string {
    const branches = this.#one(4) ? 2 + this.#int(2) : 1;
    return Array.from({ length: branches }, () => (this.#one(12) ? '' : this.#sequence(depth))).join('|');
  }

  #sequence(depth: number): string {
    return Array.from({ length: 1 + this.#int(4) }, () => this.#item(depth)).join('');
  }

  #item(depth: number): string {
    if (this.#one(9)) return this.#of(['^', '$', '\\A', '\\Z', '\\b', '\\B']);
    const atom = this.#atom(depth);
    return this.#one(3) ? atom + this.#times() : atom;
  }

  #times(): string {
    const times = this.#of(['*', '+', '?', '{2}', '{,2}', '{1,}', '{0,3}', '{1,2}', '{,}', '{}', '{a}', '{0}']);
    return times + this.#of(['', '', '', '?', '+']);
  }

  #atom(depth: number): string {
    const kind = this.#int(depth > 0 ? 22 : 14);
    if (kind < 7) return this.#character();
    if (kind < 8) return '.';
    if (kind < 10) return this.#of(escapes);
    if (kind < 13) return this.#class();
    if (kind < 14) return this.#reference();
    return this.#group(depth - 1);
  }

  #character(): string {
    const made = this.#one(6) ? this.#of(written) : this.#one(10) ? this.#of(rare) : this.#of(letters);
    return this.#one(40) ? this.#of(['{', '}', ']', '{1', '{,', '{1,']) : made;
  }

  #class(): string {
    const items = Array.from({ length: 1 + this.#int(3) }, () =>
      this.#of([
        () => this.#of([...letters, ...rare.slice(0, 8)]),
        () => this.#of(escapes),
        () => this.#of(['a-c', 'A-b', '0-9', 'é-ſ', '\\x20-\\x7f', '!-~', '\u2100-\u2200', ' -#']),
        () => this.#of(['[', '^', '\\b', '\\n', '\\\\', '\\]', '\\1', '\\07', '.', '$', '|', '-']),
      ])(),
    );
    return `[${this.#one(3) ? '^' : ''}${this.#one(8) ? ']' : ''}${items.join('')}${this.#one(8) ? '-' : ''}]`;
  }

  #reference(): string {
    const group = this.#of(this.#closed);
    if (group === undefined) return this.#character();
    const name = this.#of(this.#names);
    if (this.#one(4)) return `(?(${group})${this.#sequence(0)}${this.#one(2) ? `|${this.#sequence(0)}` : ''})`;
    return name !== undefined && this.#one(3) ? `(?P=${name})` : `\\${group}`;
  }

  #group(depth: number): string {
    switch (this.#int(10)) {
      case 0:
        return `(?:${this.#either(depth)})`;
      case 1:
        return `(?>${this.#either(depth)})`;
      case 2:
        return `(?${this.#of([...flagsOf, '-i', 'i-s', 'u'])}:${this.#either(depth)})`;
      case 3:
        return `(?${this.#of(['=', '!'])}${this.#either(depth)})`;
      case 4:
        return `(?<${this.#of(['=', '!'])}${this.#one(3) ? this.#either(depth) : this.#character() + this.#class()})`;
      case 5:
        return this.#one(3) ? '(?#note)' : this.#captured(depth, `?P<n${this.#groups + 1}>`);
      default:
        return this.#captured(depth, '');
    }
  }

  #captured(depth: number, head: string): string {
    const number = ++this.#groups;
    const body = this.#either(depth);
    this.#closed.push(number);
    if (head) this.#names.push(head.slice(3, -1));
    return `(${head}${body})`;
  }

  #replacement(): string {
    return Array.from({ length: this.#int(4) }, () =>
      this.#of([
        () => this.#of(['x', '&', '$1', '\\n', '\\\\', '\\.', '-']),
        () => `\\${1 + this.#int(this.#groups + 1)}`,
        () => `\\g<${this.#int(this.#groups + 1)}>`,
        () => `\\g<${this.#of(this.#names) ?? '0'}>`,
        () => this.#of(this.#one(4) ? ['\\0', '\\101', '\\18', '\\q', '\\g<typo>', '\\g', '\\400'] : ['', '\\t']),
      ])(),
    ).join('');
  }
}
