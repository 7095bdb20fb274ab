import { type SshSettings, type Target, Unreachable } from '../types.ts';
import { optionEntries, ownName } from './options.ts';

/** What holds for a jump host as well: where keys are, how strictly the host's is checked, and how long it may take. */
const inherited = new Set<keyof SshSettings>([
  'knownHostsFiles',
  'globalKnownHostsFiles',
  'hostKeyChecking',
  'connectTimeoutSeconds',
  'privateKeyFile',
  'privateKeyPassphrase',
  'identitiesOnly',
  'identityAgent',
  'requiredRsaSize',
  'revokedHostKeys',
]);

/** The jump hosts of a target in the order in which they are passed. */
export function hopsOf({ proxyJump }: Target): readonly string[] {
  if (proxyJump === undefined || proxyJump.toLowerCase() === 'none') return [];
  return proxyJump.split(',').map((hop) => hop.trim());
}

/** The jump hosts of a target as targets, the first to be reached first; each knows its own way, which is part of what it is. */
export function wayOf(last: Target): readonly Target[] {
  const hops = hopsOf(last);
  return hops.map((hop, i) => {
    const target = hopTarget(hop, last);
    if (i === 0) return target;
    const unset = (target.unset ?? []).filter((key) => key !== 'proxyJump');
    return { ...target, proxyJump: hops.slice(0, i).join(','), unset };
  });
}

/**
 * A jump host is reached with the keys and the checks of the host behind it, but never sees that host's password. All
 * else is its own, as for ssh: without a user of its own it is the configuration's or one's own name.
 */
export function hopTarget(hop: string, last: Target): Target {
  const parts = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:[\]-][^:]*))(?::(\d+))?\/?$/.exec(hop);
  if (!parts) throw new Unreachable(`${last.name}: '${hop}' is not a valid jump host`, 'write user@host:port');
  const [, user, bracketed, plain, port] = parts;
  const settings: Partial<Record<keyof SshSettings, unknown>> = {};
  const unset: (keyof SshSettings)[] = [];
  for (const [key, { fromConfig, initial }] of optionEntries) {
    const kept = inherited.has(key);
    const value = kept ? last[key] : initial?.();
    if (value !== undefined) settings[key] = value;
    if (fromConfig && (!kept || last.unset?.includes(key))) unset.push(key);
  }
  const own = { ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) };
  return {
    ...(settings as unknown as SshSettings),
    user: ownName(),
    port: 22,
    ...own,
    name: `jump host ${hop}`, // and not whom it is for: others may share it
    kind: 'ssh',
    address: bracketed ?? plain!,
    unset: unset.filter((key) => !(key in own)),
    ...(last.sshConfigFile !== undefined && { sshConfigFile: last.sshConfigFile }),
  };
}
