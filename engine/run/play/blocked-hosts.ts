import type { Play } from '../../playbook/types.ts';
import type { HostState } from '../host/state.ts';
import type { RunContext } from '../types.ts';
import { spreadFailure } from './failure-policy.ts';

/** Hosts that the run's guard does not let in fail before the first task of a play; nothing is done on them. */
export function barHosts(run: RunContext, play: Play, hosts: readonly HostState[]): void {
  const barred = hosts.flatMap((host) => {
    const why = run.guard?.barred?.(host.name);
    return why && host.standing === 'active' ? [{ host, why }] : [];
  });
  if (barred.length === 0) return;
  const task = 'is each host as it was planned?';
  run.emit({ event: 'task-start', task, hosts: barred.map(({ host }) => host.name) });
  for (const { host, why } of barred) {
    host.standing = why.status;
    host.refused = true;
    host.counts[why.status]++;
    run.emit({
      event: 'result',
      play: play.name,
      task,
      module: 'plan',
      host: host.name,
      status: why.status,
      differences: [],
      message: why.message,
      failure: { hint: 'nothing was done on it; a new plan tells what would be done now' },
      place: play.place,
      milliseconds: 0,
    });
  }
  spreadFailure(run, { play, rescuable: false }, play, hosts);
}
