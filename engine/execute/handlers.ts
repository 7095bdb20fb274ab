import type { HostScope } from '../plan/scope.ts';
import { answers } from '../playbook/handlers.ts';
import type { Handler, Play, Task } from '../playbook/types.ts';
import { TaskFailure } from '../contract/failure.ts';
import { suggest } from '../source/nearest.ts';
import type { RunContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import type { HostState } from './host.ts';
import type { Outcome } from './outcome.ts';
import { runTask } from './task.ts';

/** Remembers the handlers that a changed (or perhaps changed) task calls for. */
export async function notify(run: RunContext, play: Play, task: Task, host: HostState, scope: HostScope, outcome: Outcome): Promise<void> {
  if (outcome.status !== 'changed' && outcome.status !== 'unknown') return;
  const names = await evaluate(run, play, scope, () => task.notify.flatMap((template) => template.evaluate(scope)));
  for (const name of names) {
    for (const handler of handlersNamed(play, String(name), task)) {
      const before = host.notified.get(handler);
      host.notified.set(handler, outcome.status === 'changed' ? 'changed' : (before ?? 'unknown'));
    }
  }
}

function handlersNamed(play: Play, name: string, task: Task): readonly Handler[] {
  const found = play.handlers.filter((handler) => answers(handler, name));
  if (found.length > 0) return found;
  throw new TaskFailure(`'${task.name}' notifies '${name}', but the play has no such handler`, {
    hint: suggest(name, play.handlers.map((h) => h.name)) ?? 'name a handler of the play or of its roles',
  });
}

/**
 * Runs what was notified, in the order in which handlers are defined, until none is left: a handler may notify others,
 * earlier ones too. Each runs at most once on a host in one flush.
 */
export async function flushHandlers(run: RunContext, play: Play, hosts: readonly HostState[], rescuable: boolean): Promise<void> {
  const done = new Map<HostState, Set<Handler>>(hosts.map((host) => [host, new Set()]));
  const waiting = (host: HostState, handler: Handler): boolean => host.notified.has(handler) && !done.get(host)!.has(handler) && mayRun(run, play, host);
  for (;;) {
    const handler = play.handlers.find((h) => hosts.some((host) => waiting(host, h)));
    if (!handler || run.signal.aborted) break;
    const due = hosts.filter((host) => waiting(host, handler));
    for (const host of due) {
      done.get(host)!.add(handler);
      if (host.notified.get(handler) === 'changed') host.notified.delete(handler);
    }
    await runTask(run, { play, rescuable, handler: true }, handler, due);
    for (const host of due) host.notified.delete(handler);
  }
}

function mayRun(run: RunContext, play: Play, host: HostState): boolean {
  return host.standing === 'active' || (host.standing === 'failed' && (play.forceHandlers || run.options.forceHandlers));
}
