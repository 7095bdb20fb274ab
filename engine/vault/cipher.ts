import { createCipheriv, createDecipheriv, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Envelope } from './format.ts';

const derive = promisify(pbkdf2);
const algorithm = 'aes-256-ctr';
const block = 16;

interface Keys {
  readonly cipher: Buffer;
  readonly hmac: Buffer;
  readonly iv: Buffer;
}

/** Slow on purpose (10,000 rounds), and runs in a separate thread. */
async function keysOf(password: Buffer, salt: Buffer): Promise<Keys> {
  const bytes = await derive(password, salt, 10_000, 80, 'sha256');
  return { cipher: bytes.subarray(0, 32), hmac: bytes.subarray(32, 64), iv: bytes.subarray(64) };
}

/** Encrypts with a fresh salt; a given one is for tests only. */
export async function encrypt(
  plain: Buffer,
  password: Buffer,
  { id, salt = randomBytes(32) }: { id?: string; salt?: Buffer } = {},
): Promise<Envelope> {
  const keys = await keysOf(password, salt);
  const padding = block - (plain.length % block);
  const cipher = createCipheriv(algorithm, keys.cipher, keys.iv);
  const ciphertext = Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]);
  return { ...(id !== undefined && { id }), salt, hmac: sign(ciphertext, keys), ciphertext };
}

/** Undefined if the password is wrong (or the text was changed). The signature is verified before anything is decrypted. */
export async function decrypt({ salt, hmac, ciphertext }: Envelope, password: Buffer): Promise<Buffer | undefined> {
  const keys = await keysOf(password, salt);
  if (!timingSafeEqual(sign(ciphertext, keys), hmac)) return undefined;
  const decipher = createDecipheriv(algorithm, keys.cipher, keys.iv);
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  return padded.subarray(0, padded.length - padded.at(-1)!);
}

function sign(ciphertext: Buffer, keys: Keys): Buffer {
  return createHmac('sha256', keys.hmac).update(ciphertext).digest();
}
