import { VaultError } from './error.ts';

const magic = '$ANSIBLE_VAULT';
const cipher = 'AES256';

/** What stands in an encrypted file or value: Ansible's format 1.1, or 1.2 where a vault id is named. */
export interface Envelope {
  /** The vault id that it was encrypted for; absent for the default one. */
  readonly id?: string;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly ciphertext: Buffer;
}

/** Whether a file begins as an encrypted one does. */
export function isVaulted(content: string | Buffer): boolean {
  return typeof content === 'string'
    ? content.startsWith(magic)
    : content.subarray(0, magic.length).equals(Buffer.from(magic));
}

/** The parts of an encrypted text; throws VaultError where it is damaged or of a version that nobody knows. */
export function readEnvelope(text: string): Envelope {
  const [header = '', ...body] = text.trim().split(/\r\n|\r|\n/);
  const [word, version = '', algorithm = '', id] = header.split(';').map((part) => part.trim());
  if (word !== magic) throw damaged(`it does not begin with ${magic}`);
  if (version !== '1.1' && version !== '1.2')
    throw damaged(`format '${version}' is unknown: only 1.1 and 1.2 can be read`, 'encrypt it anew');
  if (algorithm !== cipher) throw damaged(`cipher '${algorithm}' is unknown: only ${cipher} can be read`);
  const outer = unhex(body.map((line) => line.trim()).join(''));
  const parts = outer.toString('latin1').split('\n');
  if (parts.length !== 3) throw damaged('it is not whole');
  const [salt, hmac, ciphertext] = parts.map(unhex) as [Buffer, Buffer, Buffer];
  if (salt.length === 0 || hmac.length !== 32 || ciphertext.length === 0) throw damaged('it is not whole');
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

function unhex(text: string): Buffer {
  if (!/^([0-9a-fA-F]{2})*$/.test(text))
    throw damaged('it is not whole, or holds characters that are no hexadecimal digits');
  return Buffer.from(text, 'hex');
}

function damaged(how: string, hint = 'take it from a backup or from version control'): VaultError {
  return new VaultError('vault-format', `cannot be decrypted: ${how}`, hint);
}
