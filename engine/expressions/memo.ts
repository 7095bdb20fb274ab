/** Values by text, remembered up to a total length of the texts; the oldest are forgotten first. */
export class Memo<T> {
  readonly #values = new Map<string, T>();
  readonly #limit: number;
  #length = 0;

  constructor(characters: number) {
    this.#limit = characters;
  }

  /** The remembered value, or the one that `make` returns; what it throws is not remembered. */
  get(text: string, make: () => T): T {
    const known = this.#values.get(text);
    if (known !== undefined) return known;
    const made = make();
    if (!this.#values.has(text)) this.#length += text.length + 1;
    this.#values.set(text, made);
    for (const oldest of this.#values.keys()) {
      if (this.#length <= this.#limit) break;
      this.#values.delete(oldest);
      this.#length -= oldest.length + 1;
    }
    return made;
  }
}
