import type { Play } from '../../playbook/types.ts';
import { NeededFacts } from '../../variables/needed-facts.ts';
import { HostScope } from '../../variables/scope.ts';
import { resolveSettings } from '../task/settings.ts';
import type { HostState, Run } from '../types.ts';
import { propagateFailure } from './failure-policy.ts';

/** Hosts that the run policy blocks fail before the first task of a play; nothing is done on them. */
export function failBlockedHosts(run: Run, play: Play, hosts: readonly HostState[]): void {
  const blocked = hosts.flatMap((host) => {
    const why = run.policy?.blocked?.(host.name);
    return why && host.status === 'active' ? [{ host, why }] : [];
  });
  if (blocked.length === 0) return;
  const name = 'check each host against the plan';
  run.emit({ event: 'task-start', task: name, hosts: blocked.map(({ host }) => host.name) });
  const task = { name, module: { name: 'plan' }, settings: play.settings, place: play.place };
  for (const { host, why } of blocked) {
    const { settings } = resolveSettings(play, new HostScope(run.state, host.host, new NeededFacts(), play));
    const failure = { hint: 'nothing was done on it; a new plan shows what would be done now' };
    const result = { ...why, differences: [], failure, ...(why.status === 'failed' && { refused: true as const }) };
    host.commit({ play, section: 0, rescuable: false, around: [] }, task, settings, result, {
      started: performance.now(),
    });
  }
  propagateFailure(run, { play, rescuable: false }, play, hosts);
}
