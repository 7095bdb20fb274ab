import { RegexError } from './tree.ts';

/** The characters of a pattern or a replacement, read one by one; a backslash comes together with what it escapes. */
export class Source {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#characters = Array.from(text);
  }

  get at(): number {
    return this.#at;
  }

  set at(position: number) {
    this.#at = position;
  }

  /** The next one, not taken. */
  get next(): string | undefined {
    const first = this.#characters[this.#at];
    if (first !== '\\') return first;
    const second = this.#characters[this.#at + 1];
    if (second === undefined) throw new RegexError('bad escape (end of pattern)', this.#at);
    return first + second;
  }

  take(): string | undefined {
    const next = this.next;
    if (next !== undefined) this.#at += next.startsWith('\\') ? 2 : 1;
    return next;
  }

  /** Takes the next one if it is this one. */
  skip(wanted: string): boolean {
    if (this.next !== wanted) return false;
    this.take();
    return true;
  }

  /** Takes up to `most` characters of a kind. */
  while(kind: RegExp, most = Number.POSITIVE_INFINITY): string {
    let taken = '';
    while (taken.length < most && this.next !== undefined && kind.test(this.next)) taken += this.take()!;
    return taken;
  }

  /** Takes a name and the sign that ends it. */
  name(end: string, what = 'group name'): string {
    const start = this.#at;
    let name = '';
    for (;;) {
      const taken = this.take();
      if (taken === undefined)
        throw new RegexError(name === '' ? `missing ${what}` : `missing ${end}, unterminated name`, start);
      if (taken === end) break;
      name += taken;
    }
    if (name === '') throw new RegexError(`missing ${what}`, start);
    return name;
  }
}

export function isName(text: string): boolean {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(text);
}
