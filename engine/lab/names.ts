import { createHash } from 'node:crypto';
import { LabError } from './run.ts';
import type { LabHost } from './types.ts';

/** The lab's end of the hosts' network: gateway, package server and registry. */
export const GATEWAY = '10.20.1.1';
export const NETWORK_BITS = 24;
export const LAB_NAMESPACE = 'tsplay-lab';

export const hostNamespace = (host: string): string => `tsplay-h-${host}`;

/** The control group of one host, below the lab's own. */
export const hostGroup = (host: string): string => `h-${host}`;

/** A host keeps its hardware address, as a real one does: its neighbors cache it. */
export function macOf(host: string): string {
  const digest = createHash('sha256').update(host).digest('hex');
  return ['02', ...(digest.slice(0, 10).match(/../g) ?? [])].join(':');
}

/** An interface name has at most 15 characters; a host name may be longer. */
export const cableOf = (host: string): string => `tsp${createHash('sha256').update(host).digest('hex').slice(0, 10)}`;

/** Rejects hosts that would be ambiguous or unreachable, with all problems at once. */
export function checkHosts(hosts: readonly LabHost[]): void {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const host of hosts) {
    if (!/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/.test(host.name))
      problems.push(`"${host.name}" is not a valid machine name: use at most 53 lower-case letters, digits and "-"`);
    if (!/^10\.20\.1\.\d{1,3}$/.test(host.address) || host.address === GATEWAY)
      problems.push(`${host.name}: node_ip ${host.address} is not in 10.20.1.2 – 10.20.1.254`);
    if (!/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host.listen))
      problems.push(`${host.name}: ansible_host ${host.listen} is not a loopback address (127.x.y.z)`);
    for (const own of [host.name, host.address, `${host.listen}:${host.port}`]) {
      const other = seen.get(own);
      if (other) problems.push(`${host.name}: ${own} is already used by ${other}`);
      seen.set(own, host.name);
    }
  }
  if (problems.length > 0)
    throw new LabError(`the lab cannot create these hosts:\n${problems.map((p) => `  ${p}`).join('\n')}`);
}
