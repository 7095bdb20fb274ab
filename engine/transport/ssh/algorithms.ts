import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';
import constants from 'ssh2/lib/protocol/constants.js';
import type { Target } from '../types.ts';

/** What ssh2 offers for host keys, best first. */
export const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** For ssh2. */
export type Offered = Omit<Algorithms, 'serverHostKey'> & {
  readonly serverHostKey?: readonly ServerHostKeyAlgorithm[];
};

/** The lists of a target, with what ssh2 offers of each by itself and what it has besides. */
const lists = [
  ['kexAlgorithms', 'kex', constants.DEFAULT_KEX, constants.SUPPORTED_KEX],
  ['ciphers', 'cipher', constants.DEFAULT_CIPHER, constants.SUPPORTED_CIPHER],
  ['macs', 'hmac', constants.DEFAULT_MAC, constants.SUPPORTED_MAC],
  ['hostKeyAlgorithms', 'serverHostKey', hostKeyAlgorithms, [...hostKeyAlgorithms, 'ssh-rsa']],
] as const;

/** The algorithms of a target that ssh2 has: what it prefers itself comes first. Empty lists are in `missing`. */
export function algorithmsOf(target: Target): { offered: Offered; missing?: string } {
  const offered: Record<string, readonly string[]> = {};
  let missing: string | undefined;
  for (const [key, name, own, supported] of lists) {
    const allowed = target[key];
    if (allowed === undefined) continue;
    const some = [...new Set<string>([...own, ...supported])].filter((algorithm) => allowed.includes(algorithm));
    if (some.length === 0) missing ??= key.toLowerCase();
    else offered[name] = some;
  }
  return { offered, ...(missing !== undefined && { missing }) };
}
