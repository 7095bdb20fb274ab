const mask = '********';

/** Texts that must not be seen. Masks them in anything that is shown, also inside longer texts. */
export class Secrets {
  readonly #texts = new Set<string>();
  #sorted: readonly string[] = [];

  add(text: string): void {
    const trimmed = text.trim();
    if (trimmed.length < 3 || this.#texts.has(trimmed)) return; // masking "1" everywhere would hide all and protect nothing
    this.#texts.add(trimmed);
    this.#sorted = [...this.#texts].sort((a, b) => b.length - a.length);
  }

  text(shown: string): string {
    let masked = shown;
    for (const secret of this.#sorted) if (masked.includes(secret)) masked = masked.replaceAll(secret, mask);
    return masked;
  }

  /** A copy of a plain value with every text in it masked. */
  value<T>(shown: T): T {
    if (this.#sorted.length === 0) return shown;
    if (typeof shown === 'string') return this.text(shown) as T;
    if (Array.isArray(shown)) return shown.map((item: unknown) => this.value(item)) as T;
    if (shown && typeof shown === 'object')
      return Object.fromEntries(Object.entries(shown).map(([k, v]) => [k, this.value(v)])) as T;
    return shown;
  }
}
