import { Unknown, UnknownValue } from '../../module/unknown.ts';
import { bareNumber } from '../../source/written-number.ts';
import { isMap } from '../member.ts';
import type { Scope } from '../types.ts';

/**
 * Converts values for CEL and back, for one evaluation. Whole numbers become BigInt, CEL's int; maps are converted only
 * where they are read, so that an expression over `hostvars` does not evaluate every host.
 */
export class CelValues {
  /** The first unknown value that was reached: an error after it may come from it. */
  reached: UnknownValue | undefined;
  /** Whether `omit` was read: an error about a map may mean it. */
  readOmit = false;
  readonly #originals = new WeakMap<object, unknown>();

  /** The texts that were read; the results of functions are none. */
  readonly texts = new Set<string>();
  readonly #derived: Scope['derived'];
  #computing = false;

  constructor(derived?: Scope['derived']) {
    this.#derived = derived;
  }

  /** The result of a function for these arguments, converted for CEL. */
  compute(args: readonly unknown[], call: (args: readonly unknown[]) => unknown): unknown {
    const outer = this.#computing;
    this.#computing = true;
    try {
      return this.read(() => {
        const given = args.map((arg) => this.take(arg));
        const result = call(given);
        this.#derived?.(given, result);
        return result;
      });
    } finally {
      this.#computing = outer;
    }
  }

  /** Evaluates a value and converts it for CEL. */
  read(action: () => unknown): unknown {
    try {
      return this.#give(action());
    } catch (error) {
      if (error instanceof UnknownValue) this.reached ??= error;
      throw error;
    }
  }

  #give(given: unknown): unknown {
    const value = bareNumber(given);
    if (value instanceof Unknown) throw new UnknownValue(value.reason);
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (Array.isArray(value)) return this.#list(value);
    if (typeof value === 'string' && !this.#computing) this.texts.add(value);
    if (typeof value === 'symbol') {
      this.readOmit = true;
      return new Opaque(value);
    }
    return isMap(value) ? new CelMap(value, (read) => this.read(read)) : value;
  }

  /** Converts a value of CEL back. Items and entries that are `omit` are left out. */
  take(value: unknown): unknown {
    if (typeof value === 'bigint') {
      if (Number.isSafeInteger(Number(value))) return Number(value);
      throw new RangeError(`${value} is too big for a number`);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof CelMap || value instanceof Opaque) return value.original;
    if (Array.isArray(value)) return this.#originals.get(value) ?? value.filter(isGiven).map((item) => this.take(item));
    if (value instanceof Uint8Array) return Buffer.from(value).toString();
    if (value instanceof Date) return value.toISOString();
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      throw new TypeError('the value has a type that exists only inside expressions');
    const map = Object.create(null) as Record<string, unknown>;
    for (const [key, inner] of Object.entries(value)) if (isGiven(inner)) map[key] = this.take(inner);
    return map;
  }

  #list(list: readonly unknown[]): unknown[] {
    const given: unknown[] = [];
    list.forEach((item, i) => {
      if (!(item instanceof Unknown)) given[i] = this.#give(item);
      else
        Object.defineProperty(given, i, {
          enumerable: true,
          get: () => this.read(() => item),
        });
    });
    this.#originals.set(given, list);
    return given;
  }
}

/** A value that CEL has no type for (omit) and only hands on: an empty map to it. */
class Opaque extends Map<string, unknown> {
  readonly original: symbol;

  static {
    Object.defineProperty(this.prototype, 'constructor', { value: Map }); // CEL recognizes maps by this
  }

  constructor(original: symbol) {
    super();
    this.original = original;
  }
}

function isGiven(value: unknown): boolean {
  return !(value instanceof Opaque);
}

/** A map that CEL reads entry by entry. */
class CelMap extends Map<string, unknown> {
  readonly original: Readonly<Record<string, unknown>>;
  readonly #read: (entry: () => unknown) => unknown;

  static {
    Object.defineProperty(this.prototype, 'constructor', { value: Map }); // CEL recognizes maps by this
  }

  constructor(original: Readonly<Record<string, unknown>>, read: (entry: () => unknown) => unknown) {
    super();
    this.original = original;
    this.#read = read;
  }

  override get size(): number {
    return Object.keys(this.original).length;
  }

  override has(key: unknown): boolean {
    return Object.hasOwn(this.original, String(key));
  }

  override get(key: unknown): unknown {
    return this.has(key) ? this.#read(() => this.original[String(key)]) : undefined;
  }

  override keys(): MapIterator<string> {
    return Object.keys(this.original).values();
  }

  /** CEL calls this only to infer the type of all entries from the first one: ours may differ, or be unknown. */
  override entries(): MapIterator<[string, unknown]> {
    return new Map<string, unknown>().entries();
  }

  override *[Symbol.iterator](): MapIterator<[string, unknown]> {
    for (const key of this.keys()) yield [key, this.get(key)];
  }
}
