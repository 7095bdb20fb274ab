import type { MapEntry, SourceNode } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';

/** The place of some characters of the text. */
export type PlaceAt = (offset: number, length: number) => Place;

/**
 * Parses a Python literal, as Ansible does for values of an INI inventory: number, True, False, None, quoted text, list,
 * tuple or map, optionally followed by a comment. Undefined: anything else, which is plain text.
 */
export function pythonLiteral(text: string, at: PlaceAt): SourceNode | undefined {
  const reader = new Reader(text, at);
  try {
    return reader.whole();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

class NoLiteral extends Error {}

const words = new Map<string, boolean | null>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

const number = /[+-]?(?:0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])/y;
const quoted = /([uU]|[rR])?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

class Reader {
  readonly #text: string;
  readonly #at: PlaceAt;
  #offset = 0;

  constructor(text: string, at: PlaceAt) {
    this.#text = text;
    this.#at = at;
  }

  whole(): SourceNode {
    const first = this.#value();
    if (!this.#next(',')) return this.#ended(first);
    return this.#ended({ kind: 'list', place: first.place, items: [first, ...this.#items('')] }); // a tuple needs no brackets
  }

  #ended(node: SourceNode): SourceNode {
    this.#match(/\s*(?:#.*)?/y);
    if (this.#offset < this.#text.length) throw new NoLiteral();
    return node;
  }

  #value(): SourceNode {
    this.#match(/\s*/y);
    const start = this.#offset;
    if (this.#next('[')) return { kind: 'list', place: this.#at(start, 1), items: this.#items(']') };
    if (this.#next('(')) return this.#tuple(start);
    if (this.#next('{')) return { kind: 'map', place: this.#at(start, 1), entries: this.#entries() };
    return this.#scalar(start);
  }

  /** `(1)` is the value itself, `(1,)` a list. */
  #tuple(start: number): SourceNode {
    const place = this.#at(start, 1);
    if (this.#next(')')) return { kind: 'list', place, items: [] };
    const first = this.#value();
    if (this.#next(')')) return first;
    if (!this.#next(',')) throw new NoLiteral();
    return { kind: 'list', place, items: [first, ...this.#items(')')] };
  }

  /** Items up to the closing bracket or the end of the text, with an optional trailing comma. */
  #items(close: string): SourceNode[] {
    const items: SourceNode[] = [];
    const closed = (): boolean =>
      close === '' ? /^\s*(#.*)?$/.test(this.#text.slice(this.#offset)) : this.#next(close);
    while (!closed()) {
      items.push(this.#value());
      if (!this.#next(',')) {
        if (!closed()) throw new NoLiteral();
        break;
      }
    }
    return items;
  }

  #entries(): MapEntry[] {
    const entries = new Map<string, MapEntry>();
    while (!this.#next('}')) {
      const key = this.#value();
      if (key.kind !== 'scalar' || !this.#next(':')) throw new NoLiteral();
      const name = String(key.value);
      entries.set(name, { key: name, keyPlace: key.place, value: this.#value() });
      if (!this.#next(',')) {
        if (!this.#next('}')) throw new NoLiteral();
        break;
      }
    }
    return [...entries.values()];
  }

  #scalar(start: number): SourceNode {
    const digits = this.#match(number)?.[0];
    const word = digits === undefined ? this.#match(/[A-Z][a-z]+(?!\w)/y)?.[0] : undefined;
    if (digits !== undefined && !/^[+-]?0[\d_]*[1-9]/.test(digits.replace(/[.eE].*/, ''))) {
      const value = Number(digits.replaceAll('_', '').replace(/^[+-]/, '')) * (digits.startsWith('-') ? -1 : 1);
      const source = /^[+-]?0\d/.test(digits) ? '0' : digits; // only zeros, so nothing is lost as a number
      return { kind: 'scalar', place: this.#at(start, digits.length), value, source, plain: true };
    }
    if (word !== undefined && words.has(word))
      return {
        kind: 'scalar',
        place: this.#at(start, word.length),
        value: words.get(word)!,
        source: word,
        plain: true,
      };
    if (digits !== undefined || word !== undefined) throw new NoLiteral();
    return this.#string(start);
  }

  /** Adjacent strings are concatenated. */
  #string(start: number): SourceNode {
    const parts: string[] = [];
    for (;;) {
      const found = this.#match(quoted);
      if (!found) break;
      const [, prefix, double, single] = found;
      const inner = double ?? single ?? '';
      parts.push(prefix?.toLowerCase() === 'r' ? inner : unescape(inner));
      this.#match(/\s*/y);
    }
    if (parts.length === 0) throw new NoLiteral();
    const value = parts.join('');
    const raw = this.#text.slice(start, this.#offset).trimEnd();
    return { kind: 'scalar', place: this.#at(start, raw.length), value, source: value, raw, plain: false };
  }

  #next(sign: string): boolean {
    this.#match(/\s*/y);
    const there = this.#text.startsWith(sign, this.#offset);
    if (there) this.#offset += sign.length;
    return there;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.#offset;
    const found = sticky.exec(this.#text);
    if (found) this.#offset += found[0].length;
    return found ?? undefined;
  }
}

/** Unknown escape sequences keep their backslash. */
function unescape(text: string): string {
  return text.replaceAll(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|[0-7]{1,3}|[^])/g, (whole, code: string) => {
    if (/^[xu]/.test(code) && code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return escapes[code] ?? (/["'\\]/.test(code) ? code : whole);
  });
}
