/**
 * A number whose text says more than its value: `1.0`, `1.10`, `5e3`. Expressions compute with the number; wherever it
 * becomes text, it is the text that was written.
 */
export class WrittenNumber extends Number {
  readonly #text: string;

  constructor(value: number, text: string) {
    super(value);
    this.#text = text;
  }

  override toString(): string {
    return this.#text;
  }

  toJSON(): number {
    return this.valueOf();
  }
}

/** The number itself, where nothing but its value counts. */
export function bareNumber(value: unknown): unknown {
  return value instanceof WrittenNumber ? value.valueOf() : value;
}

/** A single value as text; undefined where it is none. */
export function scalarText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof bareNumber(value)) ? String(value) : undefined;
}
