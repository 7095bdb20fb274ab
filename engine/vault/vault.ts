import type { Diagnostics } from '../source/diagnostic.ts';
import type { Inputs } from '../source/inputs.ts';
import type { Place } from '../source/place.ts';
import { decrypt } from './cipher.ts';
import { readEnvelope, VaultError } from './format.ts';
import { Secrets } from './redaction.ts';

/** A password and its vault id. */
export interface VaultPassword {
  readonly id: string;
  readonly password: Buffer;
}

export interface Opened {
  readonly plain: Buffer;
  readonly by: VaultPassword;
}

/**
 * Everything decrypted in a run. Reading is synchronous and decrypting is not, so the first request for a text is only
 * noted: the reader calls `work` when everything has been read, and reads again if there was something to do.
 * Thus texts are decrypted in parallel, each once, and all failures are reported together.
 */
export class Vault {
  readonly passwords: readonly VaultPassword[];
  readonly #known = new Map<string, Opened | VaultError>();
  readonly #asked = new Set<string>();
  /** What was decrypted: never shown in any output. */
  readonly secrets = new Secrets();
  /** Records what was read, if that matters (for a plan): any file may be encrypted, so all pass through here. */
  inputs?: Inputs;

  constructor(passwords: readonly VaultPassword[] = []) {
    this.passwords = passwords;
  }

  /** The decrypted text. Undefined: not known before the next `work`, or it cannot be decrypted, which is reported then. */
  open(text: string, place: Place, what: string, diagnostics: Diagnostics): Buffer | undefined {
    const known = this.#known.get(text);
    if (!known) this.#asked.add(text);
    else if (known instanceof VaultError) diagnostics.error(known.code, place, `${what} ${known.message}`, known.hint);
    else return known.plain;
    return undefined;
  }

  /** Decrypts everything requested. False: there was nothing to do. */
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

  /** Tries the passwords of the text's vault id first, then the others. Throws VaultError. */
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
    const labeled = envelope.id === undefined ? '' : ` (it is for the vault id '${envelope.id}')`;
    if (passwords.length === 0)
      throw new VaultError(
        'vault-password-missing',
        `is encrypted and no vault password was given${labeled}`,
        `give one: --vault-id ${envelope.id === undefined ? '' : `${envelope.id}@`}FILE, --vault-password-file FILE or --ask-vault-pass`,
      );
    const tried = [...new Set(passwords.map(({ id }) => `'${id}'`))].join(', ');
    throw new VaultError(
      'vault-password-wrong',
      `cannot be decrypted: ${passwords.length === 1 ? `the password of vault id ${tried} is` : `the passwords of the vault ids ${tried} are`} wrong${labeled}`,
      'or the encrypted text was changed after encryption',
    );
  }
}
