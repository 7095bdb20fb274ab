import type { Diagnostics } from '../source/diagnostic.ts';
import type { Inputs } from '../source/inputs.ts';
import type { Place } from '../source/place.ts';
import { decrypt } from './cipher.ts';
import { VaultError } from './error.ts';
import { readEnvelope } from './format.ts';
import { Secrets } from './redaction.ts';

/** A password with the vault id that it is for. */
export interface VaultPassword {
  readonly id: string;
  readonly password: Buffer;
}

export interface Opened {
  readonly plain: Buffer;
  readonly by: VaultPassword;
}

/**
 * All that is decrypted in a run. Reading is synchronous and decrypting is not, so what is asked for the first time is
 * only noted: whoever reads calls `work` when all has been read, and reads again if there was something to do.
 * So all of it is decrypted side by side, each text once, and all that cannot be is told at once.
 */
export class Vault {
  readonly passwords: readonly VaultPassword[];
  readonly #known = new Map<string, Opened | VaultError>();
  readonly #asked = new Set<string>();
  /** What came out of it: to be seen in no output. */
  readonly secrets = new Secrets();
  /** Where it matters what was read (a plan): any file may be encrypted, so all of them come by here. */
  inputs?: Inputs;

  constructor(passwords: readonly VaultPassword[] = []) {
    this.passwords = passwords;
  }

  /** What an encrypted text holds. Undefined: not known before the next `work`, or wrong, which is then told. */
  open(text: string, place: Place, what: string, diagnostics: Diagnostics): Buffer | undefined {
    const known = this.#known.get(text);
    if (!known) this.#asked.add(text);
    else if (known instanceof VaultError) diagnostics.error(known.code, place, `${what} ${known.message}`, known.hint);
    else return known.plain;
    return undefined;
  }

  /** Decrypts all that was asked for. False: there was nothing to do. */
  async work(): Promise<boolean> {
    const asked = [...this.#asked];
    this.#asked.clear();
    const attempt = (text: string): Promise<Opened | VaultError> =>
      this.decrypt(text).catch((error: unknown) => {
        if (error instanceof VaultError) return error;
        throw error;
      });
    await Promise.all(asked.map(async (text) => this.#known.set(text, await attempt(text))));
    return asked.length > 0;
  }

  /** Tries the passwords of the vault id that the text names first, then the others. Throws VaultError. */
  async decrypt(text: string): Promise<Opened> {
    const known = this.#known.get(text);
    if (known instanceof VaultError) throw known;
    if (known) return known;
    const envelope = readEnvelope(text);
    const label = envelope.id ?? 'default';
    const passwords = [
      ...this.passwords.filter(({ id }) => id === label),
      ...this.passwords.filter(({ id }) => id !== label),
    ];
    for (const by of passwords) {
      const plain = await decrypt(envelope, by.password);
      if (plain) return { plain, by };
    }
    const meant = envelope.id === undefined ? '' : ` (it is for the vault id '${envelope.id}')`;
    if (passwords.length === 0)
      throw new VaultError(
        'vault-password-missing',
        `is encrypted and no vault password was given${meant}`,
        `give one: --vault-id ${envelope.id === undefined ? '' : `${envelope.id}@`}FILE, --vault-password-file FILE or --ask-vault-pass`,
      );
    const tried = [...new Set(passwords.map(({ id }) => `'${id}'`))].join(', ');
    throw new VaultError(
      'vault-password-wrong',
      `cannot be decrypted: ${passwords.length === 1 ? `the password of vault id ${tried} is` : `the passwords of the vault ids ${tried} are`} wrong${meant}`,
      'or the encrypted text was changed after it was made',
    );
  }
}
