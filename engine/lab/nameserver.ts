import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessRecord } from '../source/process.ts';
import { makeGroups } from './cgroup.ts';
import { GATEWAY, LAB_NAMESPACE } from './names.ts';
import { namespacePath } from './network.ts';
import { labPaths } from './paths.ts';
import { kill, startDetached } from './process.ts';
import { knownHostNames, readHost, readJson, writeJson } from './record.ts';
import { LabError, run } from './run.ts';
import type { LabHost, LabOptions } from './types.ts';

/** Knows the hosts of the lab; no other name exists. */
const corefile = (zone: string): string => `. {
  bind ${GATEWAY}
  errors
  file ${zone} . {
    reload 1s
  }
}
`;

/** Starts the nameserver that the hosts' resolv.conf names, unless it is running, and tells it the hosts' names. */
export async function ensureNameserver(options: LabOptions, program: string): Promise<void> {
  const { nameserver } = labPaths(options);
  const [record, log, zone, config] = ['process.json', 'log', 'zone', 'Corefile'].map((name) =>
    join(nameserver, name),
  ) as [string, string, string, string];
  await mkdir(nameserver, { recursive: true, mode: 0o755 });
  await writeFile(zone, zoneFile(await allHosts(options), Math.floor(Date.now() / 1000)));
  if (isAlive(await readJson<ProcessRecord>(record))) return;
  await writeFile(config, corefile(zone));
  await rm(log, { force: true });
  const inside = ['nsenter', `--net=${namespacePath(LAB_NAMESPACE)}`];
  const server = startDetached([...inside, program, '-conf', config], { log, groups: await makeGroups('lab') });
  await writeJson(record, server);
  const listens = [...inside, 'ss', '--no-header', '--listening', '--udp', '--numeric'];
  for (let tries = 0; !(await run("find the lab's nameserver", listens)).stdout.includes(`${GATEWAY}:53 `); tries++) {
    if (!isAlive(server) || tries > 200)
      throw new LabError(`the lab's nameserver did not start:\n${await readFile(log, 'utf8')}`);
    await sleep(50, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** The root zone of the lab: the hosts, and nothing else. A greater serial makes the nameserver read it again. */
export const zoneFile = (hosts: readonly Pick<LabHost, 'name' | 'address'>[], serial: number): string =>
  [
    `. 5 IN SOA ns.invalid. root.invalid. ${serial} 60 60 60 5`,
    '. 5 IN NS ns.invalid.',
    ...hosts.map(({ name, address }) => `${name}. 5 IN A ${address}`),
    '',
  ].join('\n');

/** The hosts of this inventory, and those that are up with another one. */
async function allHosts(options: LabOptions): Promise<LabHost[]> {
  const names = new Set(options.hosts.map(({ name }) => name));
  const others = await Promise.all(
    (await knownHostNames(options)).filter((name) => !names.has(name)).map((name) => readHost(options, name)),
  );
  return [...options.hosts, ...others.filter((one) => one !== undefined)];
}

export async function stopNameserver(options: Pick<LabOptions, 'cache' | 'state'>): Promise<void> {
  const record = join(labPaths(options).nameserver, 'process.json');
  kill(await readJson<ProcessRecord>(record));
  await rm(record, { force: true });
}
