import { createHmac, randomBytes } from 'node:crypto';
import type { Diagnostic } from '../source/diagnostic.ts';
import { bareNumber } from '../source/written-number.ts';
import { encodingsOf, writtenForms } from './encodings.ts';
import { droppedIn, gistOf } from './gist.ts';
import { type Found, Matcher } from './matcher.ts';
import { isCommon, isPlainWord, standsAlone } from './words.ts';

export const mask = '********';

/** Nesting beyond this is omitted: no person reads it, and whatever prints the value may recurse. */
const deepest = 500;
const omitted = '…';

/** Shorter texts are not secrets: masking every `1` would hide everything and protect nothing. */
const shortest = 3;
/** Each line of a multi-line secret is a secret too, if it is too long to be a common word. */
const shortestLine = 6;
/** A gist that is shorter is part of common words, and one of few digits is a number that occurs anyway: only the text itself is masked. */
const shortestGist = 6;
const shortestDigits = 12;
/** The gist of a longer one says all about it: it is not searched for as it is. */
const longGist = 512;
/** So much of a secret is masked without the rest of it: output is wrapped, numbered and cut. */
const part = 20;
/** The same of base64 and hex digits, which are no words. */
const partOfCode = 16;
/** Longer texts are searched in pieces, so that a search needs little memory; what two pieces share is long enough for a part. */
const piece = 1 << 20;
const shared = 4096;

type Span = readonly [from: number, to: number];

/** `alone`: it counts only if it is no part of a longer word. */
interface FoundSpan {
  from: number;
  to: number;
  alone: boolean;
}

/** A text shorter than this that comes of a secret says little about it, and is part of other words. */
const shortestDerived = 6;
const mostRemembered = 1000;

/** Texts that must not be seen. Masks them in all output, also inside longer texts, however they are written or encoded there. */
export class Secrets {
  readonly #whole = new Set<string>();
  readonly #exact = new Matcher(shortest);
  readonly #gists = new Matcher(shortestGist);
  /** How many characters that a gist drops are at the ends of a secret. */
  readonly #ends = new Map<string, readonly [before: number, after: number]>();
  /** The secret parts of texts that expressions read, which are often the same. */
  readonly #read = new Map<string, readonly string[]>();
  readonly #key = randomBytes(32);

  add(text: string): void {
    const secret = text.trim();
    if (secret.length < shortest || isCommon(secret) || this.#whole.has(secret)) return;
    this.#whole.add(secret);
    this.#read.clear();
    const lines = secret.split('\n').map((line) => line.trim());
    const parts = lines.length === 1 ? [] : lines.filter((line) => line.length >= shortestLine);
    for (const one of new Set([secret, ...parts])) this.#index(one);
    for (const code of encodingsOf(secret)) this.#gists.add(gistOf(code).text, partOfCode);
  }

  /** Digits that nothing encodes further. */
  addDigest(digest: string): void {
    if (digest.length >= shortestDigits) this.#gists.add(gistOf(digest).text);
  }

  #index(secret: string): void {
    const { text, from, to } = gistOf(secret);
    if (text.length < longGist) for (const form of writtenForms(secret)) this.#exact.add(form);
    if (text.length < (/^\p{N}*$/u.test(text) ? shortestDigits : shortestGist)) return;
    this.#gists.add(text, part);
    const ends = [secret.slice(0, from[0]), secret.slice(to[text.length - 1])] as const;
    this.#ends.set(text, [droppedIn(ends[0]).length, droppedIn(ends[1]).length]);
    // An escape of which the secret consists is escaped itself, or broken, where the secret is encoded.
    const bare = gistOf(secret.replace(/[\\%&]/g, ' ')).text;
    this.#gists.add(bare, part);
    this.#gists.add(gistOf(secret.toUpperCase()).text, part);
    for (const reversed of [Array.from(bare), Array.from(secret)])
      this.#gists.add(gistOf(reversed.reverse().join('')).text);
  }

  text(shown: string): string {
    return this.#masked(shown, () => mask);
  }

  /** The masked text as lines, as many as before. */
  lines(shown: string): readonly string[] {
    const eachLine = (secret: string): string => secret.replace(/\S(.*\S)?/g, mask);
    return this.#masked(shown, eachLine).split('\n');
  }

  /**
   * What a function or an expression has made of its inputs. If a secret went in and is not in the result as it was, the
   * result's texts are secrets: the upper half of a password, its hash. Not those that were there before, as the other
   * entries of a map are, nor short ones.
   */
  derive(inputs: readonly unknown[], result: unknown): void {
    if (this.isEmpty) return;
    const made = textsIn(result).filter((text) => text.trim().length >= shortestDerived);
    if (made.length === 0) return;
    const read = textsIn(inputs).map((text) => ({ text, secret: this.#secretParts(text) }));
    const secret = read.flatMap((input) => input.secret);
    if (secret.length === 0) return;
    const whole = gistOf(made.join(' ')).text;
    if (secret.every((one) => whole.includes(gistOf(one).text))) return;
    for (const text of made)
      if (!read.some((input) => (input.secret.length === 0 ? input.text.includes(text) : input.text === text)))
        this.add(text);
  }

  #secretParts(text: string): readonly string[] {
    const known = this.#read.get(text);
    if (known) return known;
    const parts = this.#spans(text).map(([from, to]) => text.slice(from, to));
    if (this.#read.size >= mostRemembered) this.#read.clear();
    this.#read.set(text, parts);
    return parts;
  }

  /** A digest in a form that can be compared within a run only: of the digest itself, what it is of could be guessed. */
  fingerprint(digest: string): string {
    return createHmac('sha256', this.#key).update(digest).digest('hex').slice(0, 16);
  }

  get isEmpty(): boolean {
    return this.#whole.size === 0 && this.#gists.isEmpty;
  }

  #masked(shown: string, cover: (secret: string) => string): string {
    let masked = '';
    let done = 0;
    for (const [from, to] of this.#spans(shown)) {
      masked += shown.slice(done, from) + cover(shown.slice(from, to));
      done = to;
    }
    return masked + shown.slice(done);
  }

  /** Where secrets are, in order; those that overlap or touch are one. */
  #spans(shown: string): readonly Span[] {
    if (this.isEmpty || shown.length < shortest) return [];
    const found: FoundSpan[] = this.#exact
      .find(shown)
      .map(({ pattern, from, to }) => ({ from, to, alone: isPlainWord(pattern.text) }));
    if (!this.#gists.isEmpty)
      for (let at = 0; at === 0 || at + shared < shown.length; at += piece - shared)
        for (const [from, to] of this.#gistSpans(shown.length > piece ? shown.slice(at, at + piece) : shown))
          found.push({ from: at + from, to: at + to, alone: false });
    const spans: FoundSpan[] = [];
    for (const next of found.sort((a, b) => a.from - b.from)) {
      const last = spans.at(-1);
      if (last && next.from <= last.to) {
        last.to = Math.max(last.to, next.to);
        last.alone &&= next.alone;
      } else spans.push(next);
    }
    return spans
      .filter(({ from, to, alone }) => !alone || standsAlone(shown, from, to))
      .map(({ from, to }) => [from, to] as const);
  }

  #gistSpans(shown: string): readonly Span[] {
    if (shown.length < shortestGist) return [];
    const gist = gistOf(shown);
    return this.#gists.find(gist.text).map((found) => this.#cover(shown, gist, found));
  }

  /** What is found, with the quotes and signs at its ends that belong to the secret. */
  #cover(shown: string, gist: ReturnType<typeof gistOf>, { pattern, from, to, begins, ends }: Found): Span {
    const [before, after] = this.#ends.get(pattern.text) ?? [0, 0];
    const [start, end] = [gist.from[from]!, gist.to[to - 1]!];
    const ahead = begins && before > 0 ? droppedIn(shown.slice(from > 0 ? gist.to[from - 1] : 0, start)) : [];
    const next = to < gist.text.length ? gist.from[to] : shown.length;
    const behind = ends && after > 0 ? droppedIn(shown.slice(end, next)) : [];
    const sizeOf = (dropped: readonly string[]): number => dropped.join('').length;
    return [start - sizeOf(before > 0 ? ahead.slice(-before) : []), end + sizeOf(behind.slice(0, after))];
  }

  /** Messages may quote an encrypted file. */
  diagnostics(found: readonly Diagnostic[]): readonly Diagnostic[] {
    return found.map((d) => ({
      ...d,
      message: this.text(d.message),
      ...(d.hint !== undefined && { hint: this.text(d.hint) }),
    }));
  }

  /** The same error, with its message and stack masked. */
  error(thrown: unknown): unknown {
    if (thrown instanceof Error) {
      const stack = this.text(thrown.stack ?? '');
      thrown.message = this.text(thrown.message);
      if (thrown.stack !== undefined) thrown.stack = stack;
    }
    return thrown;
  }

  /**
   * A plain value with every text in it masked, and every number that is a secret; the same object if nothing was.
   * Whatever is nested deeper than a person reads, or contains itself, is shown as `…`; what occurs twice is masked once.
   */
  value<T>(shown: T): T {
    return this.#copy(shown, 0, new Map()) as T;
  }

  /** `copies` has the copy of each list and map that was read, and `…` for those that are being read: the ancestors. */
  #copy(shown: unknown, depth: number, copies: Map<object, unknown>): unknown {
    if (typeof shown === 'string') return this.isEmpty ? shown : this.text(shown);
    if (['number', 'bigint'].includes(typeof bareNumber(shown))) return this.#whole.has(String(shown)) ? mask : shown;
    if (typeof shown !== 'object' || shown === null) return shown;
    if (copies.has(shown)) return copies.get(shown);
    if (depth === deepest) return omitted;
    copies.set(shown, omitted);
    const copy = Array.isArray(shown)
      ? this.#list(shown, depth + 1, copies)
      : this.#map(shown as Record<string, unknown>, depth + 1, copies);
    copies.set(shown, copy);
    return copy;
  }

  #list(shown: readonly unknown[], depth: number, copies: Map<object, unknown>): readonly unknown[] {
    const copy = shown.map((item) => this.#copy(item, depth, copies));
    return copy.every((item, i) => item === shown[i]) ? shown : copy;
  }

  #map(shown: Readonly<Record<string, unknown>>, depth: number, copies: Map<object, unknown>): object {
    let same = true;
    const entries = Object.entries(shown).map(([key, value]) => {
      const [maskedKey, masked] = [this.text(key), this.#copy(value, depth, copies)] as const;
      same &&= maskedKey === key && masked === value;
      return [maskedKey, masked] as const;
    });
    return same ? shown : Object.fromEntries(entries);
  }
}

/**
 * The texts in a value, those of lists and maps as well; each list and map once. What is computed when it is read (facts,
 * variables of other hosts) is not read for this.
 */
function textsIn(value: unknown): readonly string[] {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const pending = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') texts.push(next);
    else if (typeof next === 'object' && next !== null && !seen.has(next)) {
      seen.add(next);
      for (const { value: inner } of Object.values(Object.getOwnPropertyDescriptors(next))) pending.push(inner);
    }
  }
  return texts;
}
