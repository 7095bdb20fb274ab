import type { Target } from '../types.ts';

/** The type is at the beginning of the key itself, after its length. */
export function keyType(key: Buffer): string {
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

/** Why a public key must not be used, of a host or of one's own; undefined where it may. */
export function tooShort(key: Buffer, { requiredRsaSize = 1024 }: Pick<Target, 'requiredRsaSize'>): string | undefined {
  const bits = rsaBits(key);
  return bits === undefined || bits >= requiredRsaSize
    ? undefined
    : `has only ${bits} bits, and RequiredRSASize is ${requiredRsaSize}`;
}

/** The size of an RSA key; undefined for another. */
function rsaBits(key: Buffer): number | undefined {
  if (keyType(key) !== 'ssh-rsa') return undefined;
  const exponent = 4 + key.readUInt32BE(0);
  const modulus = exponent + 4 + key.readUInt32BE(exponent);
  const bytes = key.subarray(modulus + 4, modulus + 4 + key.readUInt32BE(modulus));
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first]!) - 24);
}

/** Whether signatures by a key of this type are among the accepted algorithms. */
export function isAccepted(type: string, accepted: readonly string[] | undefined): boolean {
  if (accepted === undefined) return true;
  const algorithms = type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type];
  return algorithms.some((algorithm) => accepted.includes(algorithm));
}
