import { existsSync } from 'node:fs';
import { readOnce } from '../../source/read-once.ts';
import { problemOf } from '../../source/system-error.ts';
import { type Target, Unreachable } from '../types.ts';
import { addKnownHost, fingerprint, type KnownHost, keyName, verify } from './known-hosts.ts';
import { keyType, tooShort } from './public-key.ts';

/** Undefined where the key is the host's, or `changed` where it is not and nobody asked for a check; otherwise why not to go on. */
export async function judgeHostKey(
  target: Target,
  lines: readonly KnownHost[],
  key: Buffer,
): Promise<Unreachable | 'changed' | undefined> {
  const name = keyName(target);
  const print = `${keyType(key)} ${fingerprint(key)}`;
  const problem = tooShort(key, target) ?? isRevoked(key, target);
  if (problem !== undefined)
    return new Unreachable(
      `${target.name}: the host key of ${name} ${problem}: ${print}`,
      'give the host another key: ssh-keygen -A',
    );
  const verdict = verify(lines, name, key);
  if (target.hostKeyChecking === 'off' && verdict.kind !== 'revoked')
    return verdict.kind === 'changed' ? 'changed' : undefined;
  const file = target.knownHostsFiles[0] ?? '~/.ssh/known_hosts';
  switch (verdict.kind) {
    case 'known':
      return undefined;
    case 'revoked':
      return new Unreachable(
        `${target.name}: the host key of ${name} is revoked: ${print} (${verdict.at.file}:${verdict.at.line})`,
        'find out why before you continue',
      );
    case 'changed': {
      const expected = verdict.expected.map(
        (line) => `${line.type} ${fingerprint(Buffer.from(line.key, 'base64'))} (${line.file}:${line.line})`,
      );
      return new Unreachable(
        `${target.name}: the host key of ${name} has changed: it is ${print}, expected ${expected.join(' or ')}`,
        `somebody may be intercepting the connection; if the host was really reinstalled: ssh-keygen -R '${name}' -f ${verdict.expected[0]!.file}`,
      );
    }
    default:
      if (target.hostKeyChecking === 'accept-new') {
        return addKnownHost(file, name, key).then(
          () => undefined,
          (error) => new Unreachable(`${target.name}: the new host key cannot be saved: ${problemOf(error)}`),
        );
      }
      return new Unreachable(
        `${target.name}: the host key of ${name} is not known: ${print}`,
        `compare the fingerprint on the host (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then: ssh-keyscan ${target.port === 22 ? '' : `-p ${target.port} `}${target.address} >> ${file}; ` +
          "or accept new keys without a check: ansible_ssh_common_args: '-o StrictHostKeyChecking=accept-new'",
      );
  }
}

/** A list that cannot be read revokes every key, as for ssh. */
function isRevoked(key: Buffer, { revokedHostKeys: file }: Target): string | undefined {
  if (file === undefined) return undefined;
  if (!existsSync(file)) return `cannot be compared with RevokedHostKeys: there is no file ${file}`;
  let lines: readonly string[];
  try {
    lines = readOnce(file).toString('utf8').split('\n');
  } catch (error) {
    return `cannot be compared with RevokedHostKeys: ${file} cannot be read: ${problemOf(error)}`;
  }
  const at = lines.findIndex((line) => line.trim().split(/\s+/).includes(key.toString('base64')));
  return at < 0 ? undefined : `is revoked (${file}:${at + 1})`;
}
