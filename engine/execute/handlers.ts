import type { Handler, Play } from '../playbook/types.ts';
import type { RunContext } from './context.ts';
import type { HostState } from './host.ts';
import { runTask } from './task.ts';

/**
 * Runs what was notified, in the order in which handlers are defined, until none is left: a handler may notify others,
 * earlier ones too. Each runs at most once on a host in one flush.
 */
export async function flushHandlers(
  run: RunContext,
  play: Play,
  hosts: readonly HostState[],
  rescuable: boolean,
): Promise<void> {
  const done = new Map<HostState, Set<Handler>>(hosts.map((host) => [host, new Set()]));
  const waiting = (host: HostState, handler: Handler): boolean =>
    host.notified.has(handler) && !done.get(host)!.has(handler) && mayRun(run, play, host);
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
  return (
    host.standing === 'active' || (host.standing === 'failed' && (play.forceHandlers || run.options.forceHandlers))
  );
}
