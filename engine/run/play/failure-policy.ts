import type { Entry, Play } from '../../playbook/types.ts';
import { HostScope, NeededFacts } from '../../variables/scope.ts';
import type { HostState } from '../host/state.ts';
import { safely } from '../task/report.ts';
import type { Standpoint } from '../task/task.ts';
import type { RunContext } from '../types.ts';
import { termsOf } from './settings.ts';

/** Failed or unreachable: out of the play. */
export function isLost({ standing }: HostState): boolean {
  return standing === 'failed' || standing === 'unreachable';
}

/**
 * The failure of some is the failure of all: with any_errors_fatal as soon as one is lost (all enter the rescue there
 * is, or end), with max_fail_percentage when more than this part of the batch is lost for good.
 */
export function spreadFailure(
  run: RunContext,
  { play, rescuable }: Pick<Standpoint, 'play' | 'rescuable'>,
  cause: Entry | Play,
  hosts: readonly HostState[],
): void {
  const lost = hosts.filter(isLost);
  const [first] = lost;
  if (!first) return;
  const fatal = cause.settings.anyErrorsFatal;
  const entry = 'kind' in cause ? cause : undefined;
  const scope = new HostScope(run.world, first.host, new NeededFacts(), play, entry);
  const ends = (fatal && safely(() => fatal.evaluate(scope)) === true) || (!rescuable && tooManyLost(run, play));
  if (ends) for (const host of hosts) if (host.standing === 'active') failLike(lost, host);
}

/** The host fails for what has happened on others; a rescue sees what that was. */
export function failLike(others: readonly HostState[], host: HostState): void {
  host.standing = 'failed';
  const failed = others.find(({ standing }) => standing === 'failed');
  for (const name of failed ? ['failed_task', 'failed_result'] : [])
    host.variables.set(name, failed!.variables.get(name));
}

function tooManyLost(run: RunContext, play: Standpoint['play']): boolean {
  const most = termsOf(play, run.world.extra).maxFailPercentage;
  if (most === undefined) return false;
  const batch = run.world.batch.map((name) => run.state(name));
  return (100 * batch.filter(isLost).length) / batch.length > most;
}
