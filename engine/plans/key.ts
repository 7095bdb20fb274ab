import { createHmac, randomBytes, scryptSync } from 'node:crypto';
import { canonical } from './canonical.ts';

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
