import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeGroups, removeGroups } from '../../engine/lab/cgroup.ts';
import { leaderOf } from '../../engine/lab/nspawn.ts';
import { hostPaths } from '../../engine/lab/paths.ts';
import { startDetached } from '../../engine/lab/process.ts';
import { readHost } from '../../engine/lab/record.ts';
import { LabError, run } from '../../engine/lab/run.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import type { GroundHost } from './ground.ts';

const name = 'tsplay-bench';
export const simulatedNamespace = `/run/netns/${name}`;
/** Not the load balancer: one host of the many kind. */
const shown = 'k8s-worker-1';

/** So many hosts on as many loopback addresses, all of them one lab host in truth. */
export function simulatedHosts(count: number): GroundHost[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `sim-${String(i + 1).padStart(4, '0')}`,
    address: `127.30.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    port: 22,
    of: shown,
  }));
}

/**
 * Starts their one sshd: it runs with the files, the processes and the services of a lab host, but in a network namespace
 * that holds nothing but a loopback, where it answers on all of 127.0.0.0/8. Nothing outside can reach it; who wants to
 * enters the namespace. Returns what ends it.
 */
export async function startSimulated(options: LabOptions): Promise<() => Promise<void>> {
  const leader = await leaderOf((await readHost(options, shown))?.supervisor);
  if (!leader) throw new LabError(`${shown} does not run\nnext: tsplay lab up`);
  const stop = async (): Promise<void> => {
    await removeGroups(name);
    if (existsSync(simulatedNamespace)) await run('remove a network namespace', ['ip', 'netns', 'delete', name]);
  };
  await stop();
  await run('make a network namespace', ['ip', 'netns', 'add', name]);
  const enter = ['nsenter', `--net=${simulatedNamespace}`];
  // The work sets forwarding, which is a setting of each network namespace.
  const prepare = 'ip link set lo up && echo 1 >/proc/sys/net/ipv4/ip_forward';
  await run('prepare a network namespace', [...enter, 'sh', '-c', prepare]);
  const into = ['nsenter', `--target=${leader.pid}`, '--mount', '--uts', '--ipc', '--pid', '--cgroup'];
  const sshd = ['/usr/sbin/sshd', '-D', '-e', '-o', 'MaxStartups=2000', '-o', 'PidFile=none'];
  const log = `${hostPaths(options, shown).base}/bench-sshd.log`;
  startDetached([...enter, ...into, ...sshd], { log, groups: await makeGroups(name) });
  const greets = [...enter, 'bash', '-c', 'exec 3<>/dev/tcp/127.30.0.1/22'];
  for (let tries = 0; (await run('reach the sshd', greets, { accept: 'all' })).code !== 0; tries++) {
    if (tries === 50) throw new LabError(`the sshd of the simulated hosts does not answer\nnext: see ${log}`);
    await sleep(100);
  }
  return stop;
}
