import { createHmac, randomBytes, scryptSync } from 'node:crypto';
import { Unknown } from '../module/unknown.ts';

/** How the key of a plan is found again; nothing in it helps to guess the digested values. */
export interface KeyHint {
  /** The vault's passwords, or a key that does not leave this machine. */
  readonly from: 'vault' | 'machine';
  readonly salt: string;
  /** Distinguishes the right key from any other. */
  readonly proof: string;
}

/**
 * The HMAC key of a plan: whoever has the plan but not its key cannot try out what its digests are of, however few values
 * are possible. Equal values have equal digests within one plan, and different ones in any two.
 */
export class Keyed {
  readonly hint: KeyHint;
  readonly #key: Buffer;

  /** `secrets`: those that make up the key; `salt`: that of a plan, where it is read again. */
  constructor(from: KeyHint['from'], secrets: readonly Buffer[], salt: string = randomBytes(16).toString('hex')) {
    const all = [...new Set(secrets.map((secret) => secret.toString('hex')))].sort();
    this.#key = scryptSync(canonical(all), salt, 32);
    this.hint = { from, salt, proof: this.digest('tsplay plan') };
  }

  digest(...values: readonly unknown[]): string {
    return createHmac('sha256', this.#key).update(canonical(values)).digest('hex').slice(0, 40);
  }
}

/** A value as text: the same for equal values, whatever the order of their keys. */
export function canonical(value: unknown): string {
  if (value instanceof Unknown) return '?';
  if (typeof value === 'bigint') return `${value}n`;
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return '-';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('base64')}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof Set) return `s${canonical([...value].map(canonical).sort())}`;
  if (value instanceof Map) return `m${canonical([...value].map((entry) => canonical(entry)).sort())}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}
