import { existsSync } from 'node:fs';
import { readOnce } from '../../source/read-once.ts';
import { algorithmsOf } from './algorithms.ts';
import type { Completed } from './config.ts';
import { type KnownHost, keyName, linesFor } from './known-hosts.ts';

/** What only the system's ssh can do for this host, for messages; undefined where our own client can do it all. */
export function needOf({ target, keyFiles, needs }: Completed, known: readonly KnownHost[]): string | undefined {
  if (needs !== undefined) return needs;
  const { missing } = algorithmsOf(target);
  if (missing !== undefined) return missing;
  if (linesFor(known, keyName(target)).some(({ authority }) => authority)) return '@cert-authority in known_hosts';
  if (target.revokedHostKeys !== undefined && isKrl(target.revokedHostKeys)) return 'revokedhostkeys';
  if (target.pubkeyAuthentication === false) return undefined;
  const special = keyFiles.find((file) => existsSync(`${file}-cert.pub`) || isSecurityKey(file));
  return special === undefined ? undefined : `the key ${special}`;
}

function isKrl(file: string): boolean {
  return start(file, 8)?.toString('latin1') === 'SSHKRL\n\0';
}

/** A key whose secret half is in a FIDO token: its type stands unencrypted at its beginning. */
function isSecurityKey(file: string): boolean {
  const text = start(file, 1000)?.toString('latin1') ?? '';
  const body = text.replace(/-----[^\n]*-----/g, '').replace(/\s/g, '');
  return Buffer.from(body, 'base64').includes('sk-');
}

function start(file: string, bytes: number): Buffer | undefined {
  try {
    return readOnce(file).subarray(0, bytes);
  } catch {
    return undefined;
  }
}
