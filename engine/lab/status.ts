import { answers } from './forward.ts';
import { isAlive } from './process.ts';
import { readHost } from './record.ts';
import type { HostState, HostStatus, LabHost, LabOptions } from './types.ts';

export function labStatus(options: Pick<LabOptions, 'hosts' | 'cache' | 'state'>): Promise<readonly HostStatus[]> {
  return Promise.all(options.hosts.map((host) => statusOf(options, host)));
}

async function statusOf(options: Pick<LabOptions, 'cache' | 'state'>, host: LabHost): Promise<HostStatus> {
  const { name, address, listen } = host;
  const record = await readHost(options, name);
  if (!record) return { name, address, listen, state: 'stopped' };
  return { name, address, listen, state: await stateOf(isAlive(record.supervisor), host), since: record.since };
}

/** A host that was started and not stopped is expected to live. */
async function stateOf(alive: boolean, host: LabHost): Promise<HostState> {
  if (!alive) return 'failed';
  return (await answers(host)) ? 'running' : 'starting';
}
