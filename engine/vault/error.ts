/** Why something cannot be decrypted or encrypted. The message is a clause that begins after its subject: `cannot be …`. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code: 'vault-format' | 'vault-password-missing' | 'vault-password-wrong';
  readonly hint: string;

  constructor(code: VaultError['code'], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
