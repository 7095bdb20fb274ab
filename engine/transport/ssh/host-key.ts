import { type Target, Unreachable } from '../types.ts';
import { addKnownHost, fingerprint, hostName, type KnownHost, keyType, verify } from './known-hosts.ts';

/** Undefined where the key is the host's; otherwise why not to go on. Notes down a new key where that is wished. */
export async function judgeHostKey(
  target: Target,
  lines: readonly KnownHost[],
  key: Buffer,
): Promise<Unreachable | undefined> {
  if (target.hostKeyChecking === 'off') return undefined;
  const name = hostName(target.address, target.port);
  const verdict = verify(lines, name, key);
  const print = `${keyType(key)} ${fingerprint(key)}`;
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
          (error) => new Unreachable(`${target.name}: the new host key cannot be saved: ${String(error)}`),
        );
      }
      return new Unreachable(
        `${target.name}: the host key of ${name} is not known: ${print}`,
        `compare the fingerprint on the host (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then: ssh-keyscan ${target.port === 22 ? '' : `-p ${target.port} `}${target.address} >> ${file}; ` +
          "or accept new keys without a check: ansible_ssh_common_args: '-o StrictHostKeyChecking=accept-new'",
      );
  }
}
