import { firstFalse } from '../../expressions/condition.ts';
import { UnknownValue } from '../../module/unknown.ts';
import type { Meta } from '../../playbook/types.ts';
import { HostScope, NeededFacts } from '../../variables/scope.ts';
import { Access } from '../host/session.ts';
import type { HostState } from '../host/state.ts';
import { footingOf } from '../task/context.ts';
import { evaluate } from '../task/evaluate.ts';
import { outcomeOf, unknown } from '../task/result.ts';
import type { RunContext } from '../types.ts';
import type { Within } from './entries.ts';
import { isLost } from './failure-policy.ts';
import { flushHandlers } from './handlers.ts';

/** Carries out a `meta` on the hosts for which its conditions hold. */
export async function runMeta(run: RunContext, within: Within, meta: Meta, hosts: readonly HostState[]): Promise<void> {
  if (meta.action === 'flush_handlers' && within.unknown === undefined)
    return flushHandlers(run, within.play, hosts, within.rescuable);
  const meant: HostState[] = [];
  for (const host of hosts) {
    const scope = new HostScope(run.world, host.host, new NeededFacts(), within.play, meta, within.locals);
    const holds = () =>
      evaluate(run, within.play, scope, () => {
        if (within.unknown !== undefined) throw new UnknownValue(within.unknown);
        return firstFalse(meta.when, scope) === undefined;
      });
    if (await trying(run, within, meta, host, holds)) meant.push(host);
  }
  if (meant.length === 0 || meta.action === 'noop') return;
  if (meta.action === 'end_host') for (const host of meant) host.standing = 'ended';
  if (meta.action === 'end_play') run.world.playEnded = true;
  if (meta.action === 'end_play' || meta.action === 'end_batch')
    for (const host of within.play.strategy === 'free' ? hosts : run.world.batch.map((name) => run.state(name)))
      if (host.standing === 'active') host.standing = 'ended'; // on those too that are not in this rescue or include
  if (meta.action === 'reset_connection')
    await Promise.all(
      meant.map((host) =>
        trying(run, within, meta, host, async () =>
          new Access(footingOf(run, within.play, undefined, host)).reconnect(run.options.timeoutSeconds),
        ),
      ),
    );
  if (meta.action === 'refresh_inventory') await trying(run, within, meta, meant[0]!, () => run.inventory.refresh());
  if (meta.action === 'clear_host_errors')
    for (const host of run.world.playHosts.map((name) => run.state(name))) if (isLost(host)) host.standing = 'ended'; // as in Ansible: back in the next play, not in this one
}

/** A `meta` has no result of its own: only where it fails on a host is that told, and booked as for a task. */
async function trying<T>(
  run: RunContext,
  within: Within,
  meta: Meta,
  host: HostState,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const { status, message, failure } = error instanceof UnknownValue ? unknown(error.reason) : outcomeOf(error);
    const rescued = status === 'failed' && within.rescuable;
    run.emit({ event: 'task-start', task: meta.name, hosts: [host.name] });
    run.emit({
      event: 'result',
      play: within.play.name,
      task: meta.name,
      module: 'meta',
      host: host.name,
      status,
      ...(rescued && { rescued: true as const }),
      differences: [],
      ...(message !== undefined && { message }),
      ...(failure && { failure }),
      place: meta.place,
      milliseconds: 0,
    });
    host.counts[rescued ? 'rescued' : status]++;
    if (status === 'failed' || status === 'unreachable') host.standing = status;
    return undefined;
  }
}
