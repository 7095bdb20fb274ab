import { firstFalse } from '../../expressions/condition.ts';
import { UnknownValue } from '../../module/unknown.ts';
import type { Meta } from '../../playbook/types.ts';
import { NeededFacts } from '../../variables/needed-facts.ts';
import { HostScope } from '../../variables/scope.ts';
import { HostSession } from '../host/session.ts';
import { contextForFacts } from '../task/context.ts';
import { evaluate } from '../task/evaluate.ts';
import { resultOfError } from '../task/result.ts';
import { resolveSettings } from '../task/settings.ts';
import type { HostState, Position, Run } from '../types.ts';

/** Carries out a `meta` on the hosts for which its conditions hold. `flush` runs the handlers that are notified. */
export async function runMeta(
  run: Run,
  at: Position,
  meta: Meta,
  hosts: readonly HostState[],
  flush: () => Promise<void>,
): Promise<void> {
  if (meta.action === 'flush_handlers' && at.unknown === undefined) return flush();
  const chosen: HostState[] = [];
  for (const host of hosts) {
    const scope = scopeOf(run, at, meta, host);
    const holds = () =>
      evaluate(run, at.play, scope, () => {
        if (at.unknown !== undefined) throw new UnknownValue(at.unknown);
        return firstFalse(meta.when, scope) === undefined;
      });
    if (await attempt(run, at, meta, host, holds)) chosen.push(host);
  }
  if (chosen.length > 0) await act(run, at, meta, hosts, chosen);
}

async function act(
  run: Run,
  at: Position,
  meta: Meta,
  hosts: readonly HostState[],
  chosen: readonly HostState[],
): Promise<void> {
  switch (meta.action) {
    case 'end_host':
      for (const host of chosen) host.changeStatus('ended');
      return;
    case 'end_play':
    case 'end_batch': {
      if (meta.action === 'end_play') run.state.playEnded = true;
      // On those too that are not in this rescue or include.
      const all = at.play.strategy === 'free' ? hosts : run.state.batch.map((name) => run.host(name));
      for (const host of all) if (host.status === 'active') host.changeStatus('ended');
      return;
    }
    case 'reset_connection': {
      const reset = (host: HostState) =>
        new HostSession(contextForFacts(run, at.play, host)).reconnect(run.options.timeoutSeconds ?? 10);
      await Promise.all(chosen.map((host) => attempt(run, at, meta, host, () => reset(host))));
      return;
    }
    case 'refresh_inventory':
      await attempt(run, at, meta, chosen[0]!, () => run.inventory.refresh());
      return;
    case 'clear_host_errors':
      // As in Ansible: they are back in the next play, not in this one.
      for (const host of run.state.playHosts.map((name) => run.host(name))) if (host.isLost) host.changeStatus('ended');
  }
}

function scopeOf(run: Run, { play, locals }: Position, meta: Meta, host: HostState): HostScope {
  return new HostScope(run.state, host.host, new NeededFacts(), play, meta, locals);
}

/** A `meta` has no result of its own: only if it fails on a host is that reported and counted, as for a task. */
async function attempt<T>(
  run: Run,
  at: Position,
  meta: Meta,
  host: HostState,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const started = performance.now();
  try {
    return await work();
  } catch (error) {
    run.emit({ event: 'task-start', task: meta.name, hosts: [host.name] });
    const { settings } = resolveSettings(meta, scopeOf(run, at, meta, host));
    const reported = { ...meta, module: { name: 'meta' } };
    host.commit({ ...at, title: meta.name }, reported, settings, resultOfError(error), { started });
    return undefined;
  }
}
