import { createHash } from 'node:crypto';
import type { Target } from './types.ts';

/** Which settings decide what machine is reached; the others, as whom, with what, and how it is checked. A new one must be told here. */
const leadsElsewhere: { readonly [K in keyof Required<Target>]: boolean } = {
  name: false,
  kind: true,
  address: true,
  port: true,
  proxyJump: true,
  user: false,
  knownHostsFiles: false,
  globalKnownHostsFiles: false,
  hostKeyChecking: false,
  connectTimeoutSeconds: false,
  privateKeyFile: false,
  password: false,
  privateKeyPassphrase: false,
  addressFamily: true,
  hostKeyAlias: true,
  revokedHostKeys: false,
  requiredRsaSize: false,
  identitiesOnly: false,
  identityAgent: false,
  pubkeyAuthentication: false,
  passwordAuthentication: false,
  kbdInteractiveAuthentication: false,
  preferredAuthentications: false,
  kexAlgorithms: false,
  ciphers: false,
  macs: false,
  hostKeyAlgorithms: false,
  pubkeyAcceptedAlgorithms: false,
  sshOptions: true,
  sshConfigFile: true,
  unset: false,
};

const logins = new WeakMap<Target, string>();

/**
 * Targets of one login share a connection, and what is read over it. It is all of the target, whatever settings there are: one
 * that differs may lead to another machine, or has to be proven anew. With its name, so that what one host does to
 * its connection is no other's fate, and messages name the right one.
 */
export function loginOf(target: Target): string {
  let login = logins.get(target);
  if (login === undefined) logins.set(target, (login = digest(target, () => true)));
  return login;
}

/** The same for all names and users of one machine. */
export function machineOf(target: Target): string {
  return target.kind === 'local' ? 'local' : digest(target, (name) => leadsElsewhere[name] ?? true);
}

/** A digest, because it is kept in the keys of caches: there are passwords in it. */
function digest(target: Target, counts: (name: keyof Target) => boolean): string {
  const settings = Object.entries(target)
    .filter(([name, value]) => value !== undefined && counts(name as keyof Target))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64url');
}
