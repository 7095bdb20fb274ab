import { Unknown, UnknownValue } from '../contract/unknown.ts';
import { isMap } from './lookup.ts';

/**
 * Hands values over to CEL and takes them back, for one evaluation. Whole numbers become BigInt, CEL's int; maps are
 * converted only where they are read, so that one expression over `hostvars` does not evaluate every host.
 */
export class CelValues {
  /** The first unknown value that was reached: an error after it may come from it. */
  reached: UnknownValue | undefined;
  readonly #originals = new WeakMap<object, unknown>();

  give(value: unknown): unknown {
    if (value instanceof Unknown) throw this.#unknown(value);
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (Array.isArray(value)) return this.#list(value);
    return isMap(value) ? new CelMap(value, (inner) => this.give(inner)) : value;
  }

  take(value: unknown): unknown {
    if (typeof value === 'bigint') {
      if (Number.isSafeInteger(Number(value))) return Number(value);
      throw new RangeError(`${value} is too big for a number`);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof CelMap) return value.original;
    if (Array.isArray(value)) return this.#originals.get(value) ?? value.map((item) => this.take(item));
    if (value instanceof Uint8Array) return Buffer.from(value).toString();
    if (value instanceof Date) return value.toISOString();
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      throw new TypeError('the value is of a type that only lives inside expressions');
    const map = Object.create(null) as Record<string, unknown>;
    for (const [key, inner] of Object.entries(value)) map[key] = this.take(inner);
    return map;
  }

  #list(list: readonly unknown[]): unknown[] {
    const given: unknown[] = [];
    list.forEach((item, i) => {
      if (!(item instanceof Unknown)) given[i] = this.give(item);
      else
        Object.defineProperty(given, i, {
          enumerable: true,
          get: () => {
            throw this.#unknown(item);
          },
        });
    });
    this.#originals.set(given, list);
    return given;
  }

  #unknown(value: Unknown): UnknownValue {
    return (this.reached ??= new UnknownValue(value.reason));
  }
}

/** A map that CEL reads as one of its own, entry by entry. */
class CelMap extends Map<string, unknown> {
  readonly original: Readonly<Record<string, unknown>>;
  readonly #convert: (value: unknown) => unknown;

  static {
    Object.defineProperty(this.prototype, 'constructor', { value: Map }); // by this CEL tells what is a map
  }

  constructor(original: Readonly<Record<string, unknown>>, convert: (value: unknown) => unknown) {
    super();
    this.original = original;
    this.#convert = convert;
  }

  override get size(): number {
    return Object.keys(this.original).length;
  }

  override has(key: unknown): boolean {
    return Object.hasOwn(this.original, String(key)) && this.original[String(key)] !== undefined;
  }

  override get(key: unknown): unknown {
    return this.has(key) ? this.#convert(this.original[String(key)]) : undefined;
  }

  override keys(): MapIterator<string> {
    return Object.keys(this.original).values();
  }

  /** CEL asks only to guess the type of all entries from the first: ours may differ, and may not be known. */
  override entries(): MapIterator<[string, unknown]> {
    return new Map<string, unknown>().entries();
  }

  override *[Symbol.iterator](): MapIterator<[string, unknown]> {
    for (const key of this.keys()) yield [key, this.get(key)];
  }
}
