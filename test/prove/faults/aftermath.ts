import { setTimeout as sleep } from 'node:timers/promises';
import type { Written } from '../../lab/cluster.ts';
import type { Ground } from '../ground.ts';
import type { Fault } from './kinds.ts';

/** Shells of ours, logins and sudos. */
const PROCESSES = "pgrep -a -f '[w]hile read -r size|^sshd: [a-z]+[@ ]|^sudo ' || :";
/** Outside the disk. */
const FILES = "find /run /dev/shm -xdev -name '.tsplay*' 2>/dev/null || :";
/** Processes notice within seconds that their connection is gone. */
const SECONDS = 20;

/** What a run has left on a host that it should have taken with it. */
export async function remains(ground: Ground, host: string, written: Written, fault: Fault): Promise<string[]> {
  const problems: string[] = [];
  let processes = '';
  for (let i = 0; i === 0 || (processes !== '' && i < SECONDS * 5); i++) {
    if (i > 0) await sleep(200);
    processes = (await ground.exec(host, PROCESSES)).trim();
  }
  if (processes !== '') problems.push(`processes left on ${host}: ${processes}`);
  // Nobody can remove anything from a host that has no power; the next run does.
  if (fault.stops) return problems;
  const paths = [...(written.get(host) ?? [])].filter(([path, what]) => /\/\.tsplay/.test(path) && what !== 'deleted');
  const files = [...paths.map(([path]) => path), (await ground.exec(host, FILES)).trim()].filter((path) => path !== '');
  if (files.length > 0) problems.push(`files left on ${host}: ${files.join(', ')}`);
  return problems;
}
