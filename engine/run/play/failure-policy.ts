import type { Entry, Play } from '../../playbook/types.ts';
import { NeededFacts } from '../../variables/needed-facts.ts';
import { HostScope } from '../../variables/scope.ts';
import { resolveSettings } from '../task/settings.ts';
import type { HostState, Position, Run } from '../types.ts';
import { playSettings } from './settings.ts';

/**
 * The failure of some hosts becomes the failure of all: with any_errors_fatal as soon as one is lost (all enter the rescue,
 * if there is one, or end), with max_fail_percentage when more than this part of the batch is lost for good.
 */
export function propagateFailure(
  run: Run,
  { play, rescuable }: Pick<Position, 'play' | 'rescuable'>,
  cause: Entry | Play,
  hosts: readonly HostState[],
): void {
  const lost = hosts.filter(({ isLost }) => isLost);
  const [first] = lost;
  if (!first) return;
  const entry = 'kind' in cause ? cause : undefined;
  const scope = new HostScope(run.state, first.host, new NeededFacts(), play, entry);
  const fatal = resolveSettings(cause, scope).settings.anyErrorsFatal;
  if (fatal || (!rescuable && tooManyLost(run, play)))
    for (const host of hosts) if (host.status === 'active') host.failLike(lost);
}

function tooManyLost(run: Run, play: Play): boolean {
  const most = playSettings(play, run.state.extra).maxFailPercentage;
  if (most === undefined) return false;
  const batch = run.state.batch.map((name) => run.host(name));
  return (100 * batch.filter(({ isLost }) => isLost).length) / batch.length > most;
}
