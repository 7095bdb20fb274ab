const magic = '$ANSIBLE_VAULT';
const cipher = 'AES256';

/** The content of an encrypted file or value: Ansible's format 1.1, or 1.2 with a vault id. */
export interface Envelope {
  /** The vault id it was encrypted for; absent for the default one. */
  readonly id?: string;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly ciphertext: Buffer;
}

/** Whether a file starts like an encrypted one. */
export function isVaulted(content: string | Buffer): boolean {
  return typeof content === 'string'
    ? content.startsWith(magic)
    : content.subarray(0, magic.length).equals(Buffer.from(magic));
}

/** The parts of an encrypted text; throws VaultError if it is damaged or of an unknown version. */
export function readEnvelope(text: string): Envelope {
  const [header = '', ...body] = text.trim().split(/\r\n|\r|\n/);
  const [word, version = '', algorithm = '', id] = header.split(';').map((part) => part.trim());
  if (word !== magic) throw damaged(`it does not start with ${magic}`);
  if (version !== '1.1' && version !== '1.2')
    throw damaged(`format '${version}' is unknown: only 1.1 and 1.2 can be read`, 'encrypt it again');
  if (algorithm !== cipher) throw damaged(`cipher '${algorithm}' is unknown: only ${cipher} can be read`);
  const outer = unhex(body.map((line) => line.trim()).join(''));
  const parts = outer.toString('latin1').split('\n');
  if (parts.length !== 3) throw damaged('it is incomplete');
  const [salt, hmac, ciphertext] = parts.map(unhex) as [Buffer, Buffer, Buffer];
  if (salt.length === 0 || hmac.length !== 32 || ciphertext.length === 0) throw damaged('it is incomplete');
  return { ...(version === '1.2' && id && id !== 'default' && { id }), salt, hmac, ciphertext };
}

/** The text of a file: a header, then lines of 80 characters. */
export function writeEnvelope({ id, salt, hmac, ciphertext }: Envelope): string {
  const named = id !== undefined && id !== 'default';
  const header = named ? `${magic};1.2;${cipher};${id}` : `${magic};1.1;${cipher}`;
  const inner = [salt, hmac, ciphertext].map((part) => part.toString('hex')).join('\n');
  const body = Buffer.from(inner, 'latin1').toString('hex');
  return `${[header, ...body.match(/.{1,80}/g)!].join('\n')}\n`;
}

/** Why something cannot be decrypted or encrypted. The message is a predicate without its subject: `cannot be …`. */
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

function unhex(text: string): Buffer {
  if (!/^([0-9a-fA-F]{2})*$/.test(text))
    throw damaged('it is incomplete, or has characters that are not hexadecimal digits');
  return Buffer.from(text, 'hex');
}

function damaged(how: string, hint = 'restore it from a backup or from version control'): VaultError {
  return new VaultError('vault-format', `cannot be decrypted: ${how}`, hint);
}
