import type { Diagnostic } from '../source/diagnostic.ts';
import { bareNumber } from '../source/written-number.ts';

export const mask = '********';

/** Nesting beyond this is omitted: no person reads it, and whatever prints the value may recurse. */
const deepest = 500;
const omitted = '…';

/** Shorter texts are not secrets: masking every `1` would hide everything and protect nothing. */
const shortest = 3;
/** Each line of a multi-line secret is a secret too, if it is too long to be a common word. */
const shortestLine = 6;

/** Texts that must not be seen. Masks them in all output, also inside longer texts and in the encodings that tools use. */
export class Secrets {
  readonly #whole = new Set<string>();
  /** All forms of all secrets; sorted when needed, the shortest first. */
  readonly #forms = new Set<string>();
  #sorted: readonly string[] | undefined;

  add(text: string): void {
    const secret = text.trim();
    if (secret.length < shortest || this.#whole.has(secret)) return;
    this.#whole.add(secret);
    const lines = secret.split('\n').map((line) => line.trim());
    const parts = lines.length === 1 ? [] : lines.filter((line) => line.length >= shortestLine);
    for (const part of [secret, ...parts]) for (const form of formsOf(part)) this.#forms.add(form);
    this.#sorted = undefined;
  }

  text(shown: string): string {
    return this.#masked(shown, () => mask);
  }

  /** The masked text as lines, as many as before. */
  lines(shown: string): readonly string[] {
    const eachLine = (secret: string): string => secret.replace(/\S(.*\S)?/g, mask);
    return this.#masked(shown, eachLine).split('\n');
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
  #spans(shown: string): readonly (readonly [from: number, to: number])[] {
    const found: [number, number][] = [];
    this.#sorted ??= [...this.#forms].sort((a, b) => a.length - b.length);
    for (const form of this.#sorted) {
      if (form.length > shown.length) break;
      for (let at = shown.indexOf(form); at >= 0; at = shown.indexOf(form, at + 1)) found.push([at, at + form.length]);
    }
    const spans: [number, number][] = [];
    for (const [from, to] of found.sort((a, b) => a[0] - b[0])) {
      const last = spans.at(-1);
      if (last && from <= last[1]) last[1] = Math.max(last[1], to);
      else spans.push([from, to]);
    }
    return spans;
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
    if (typeof shown === 'string') return this.#forms.size === 0 ? shown : this.text(shown);
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

/** The forms in which a command or a template may write a text: JSON, shell quotes, URL encoding, base64. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    ...inQuotes(text),
    ...inQuotes(JSON.stringify(text).slice(1, -1)),
    encodeURIComponent(bytes.toString()), // never throws: bytes.toString() is well-formed
    ...inBase64(bytes),
  ];
}

/** Quoted for a shell, up to three times: `quote` in a detached `shell` task is three levels. */
function inQuotes(text: string): string[] {
  const forms = [text];
  if (text.includes("'"))
    for (let times = 0; times < 3; times++) forms.push(forms.at(-1)!.replaceAll("'", String.raw`'\''`));
  return forms;
}

/** The base64 characters that a text always produces, whatever precedes and follows it: `user:PASSWORD`. */
function inBase64(bytes: Buffer): string[] {
  return [0, 1, 2]
    .map((before) => {
      const encoded = Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      const touched = (before + bytes.length) % 3 === 0 ? 0 : 1;
      return encoded.slice(before === 0 ? 0 : before + 1, encoded.length - touched);
    })
    .filter((form) => form.length >= 8);
}
