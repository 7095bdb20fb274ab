import type { Diagnostic } from '../source/diagnostic.ts';

export const mask = '********';

/** Shorter texts are no secrets: to mask every `1` would hide all and protect nothing. */
const shortest = 3;
/** Of a secret of several lines each line is one too, where it is long enough not to be a word that any text may hold. */
const shortestLine = 6;

/** Texts that must not be seen. Masks them in anything that is shown, also inside longer texts and as others write them down. */
export class Secrets {
  readonly #whole = new Set<string>();
  /** All forms of all secrets; sorted when they are needed, the shortest first. */
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

  /** The same with as many lines as before. */
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

  /** Where secrets stand, in order; those that overlap or touch are one. */
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

  /** What is wrong may be said in words of an encrypted file. */
  diagnostics(found: readonly Diagnostic[]): readonly Diagnostic[] {
    return found.map((d) => ({
      ...d,
      message: this.text(d.message),
      ...(d.hint !== undefined && { hint: this.text(d.hint) }),
    }));
  }

  /** The same error, whose message and stack can be shown. */
  error(thrown: unknown): unknown {
    if (thrown instanceof Error) {
      const stack = this.text(thrown.stack ?? '');
      thrown.message = this.text(thrown.message);
      if (thrown.stack !== undefined) thrown.stack = stack;
    }
    return thrown;
  }

  /** A copy of a plain value with every text in it masked, and every number that is a secret. */
  value<T>(shown: T): T {
    if (this.#forms.size === 0) return shown;
    if (typeof shown === 'string') return this.text(shown) as T;
    if (typeof shown === 'number' || typeof shown === 'bigint')
      return this.#whole.has(String(shown)) ? (mask as T) : shown;
    if (Array.isArray(shown)) return shown.map((item: unknown) => this.value(item)) as T;
    if (shown && typeof shown === 'object')
      return Object.fromEntries(Object.entries(shown).map(([k, v]) => [this.text(k), this.value(v)])) as T;
    return shown;
  }
}

/** How a text looks when a command or a template has written it down: in JSON, in shell quotes, in an address, in base64. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    ...inQuotes(text),
    ...inQuotes(JSON.stringify(text).slice(1, -1)),
    encodeURIComponent(bytes.toString()), // whatever the text is, this is well-formed
    ...inBase64(bytes),
  ];
}

/** A word of a command that is itself quoted for another shell: `quote` in a `shell` task that is detached makes three. */
function inQuotes(text: string): string[] {
  const forms = [text];
  if (text.includes("'"))
    for (let times = 0; times < 3; times++) forms.push(forms.at(-1)!.replaceAll("'", String.raw`'\''`));
  return forms;
}

/** The characters that a text surely leaves in base64, whatever stands before and after it there: `user:PASSWORD`. */
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
