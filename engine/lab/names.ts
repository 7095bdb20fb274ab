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

/** A host keeps its hardware address, as a real one does: another would stay unknown to its neighbours for a while. */
export function macOf(host: string): string {
  const digest = createHash('sha256').update(host).digest('hex');
  return ['02', ...(digest.slice(0, 10).match(/../g) ?? [])].join(':');
}

/** A network interface's name has 15 characters at most, a host's may have more. */
export const cableOf = (host: string): string => `tsp${createHash('sha256').update(host).digest('hex').slice(0, 10)}`;

/** Refuses hosts that could not be told apart or reached, all problems at once. */
export function checkHosts(hosts: readonly LabHost[]): void {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const host of hosts) {
    if (!/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/.test(host.name))
      problems.push(`"${host.name}" is no machine name: lower-case letters, digits and "-" only, at most 53`);
    if (!/^10\.20\.1\.\d{1,3}$/.test(host.address) || host.address === GATEWAY)
      problems.push(`${host.name}: node_ip ${host.address} is not in 10.20.1.2 – 10.20.1.254`);
    if (!/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host.listen))
      problems.push(`${host.name}: ansible_host ${host.listen} is not a loopback address (127.x.y.z)`);
    for (const own of [host.name, host.address, `${host.listen}:${host.port}`]) {
      const other = seen.get(own);
      if (other) problems.push(`${host.name}: ${own} is taken by ${other}`);
      seen.set(own, host.name);
    }
  }
  if (problems.length > 0)
    throw new LabError(`the lab cannot make these hosts:\n${problems.map((p) => `  ${p}`).join('\n')}`);
}
