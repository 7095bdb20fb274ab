import { Unknown } from '../../module/unknown.ts';
import type { Handler, Play } from '../../playbook/types.ts';
import type { HostState } from '../host/state.ts';
import { runTask } from '../task/task.ts';
import type { RunContext } from '../types.ts';
import { isWanted, type Within } from './entries.ts';
import { isLost, spreadFailure } from './failure-policy.ts';
import { runInclude } from './include.ts';
import { runMeta } from './meta.ts';

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
  const stopped = new Set<HostState>(); // by a handler that failed: no other follows there, forced or not
  const waiting = (host: HostState, handler: Handler): boolean =>
    host.notified.has(handler) && !done.get(host)!.has(handler) && !stopped.has(host) && mayRun(run, play, host);
  for (;;) {
    const handler = play.handlers.find((h) => hosts.some((host) => waiting(host, h)));
    if (!handler || run.signal.aborted) break;
    const due = hosts.filter((host) => waiting(host, handler));
    for (const host of due) done.get(host)!.add(handler);
    const before = new Map(due.map((host) => [host, troubles(host)]));
    for (const { hosts: group, handler: actual, ...how } of actualHandlers(handler, due)) {
      if (actual.kind !== 'meta' && !(await isWanted(run, actual, group))) continue;
      const within = { play, rescuable, handler: true, around: [], ...how } as const;
      const lost = await runHandler(run, within, actual, group);
      for (const host of lost) stopped.add(host);
      if (lost.length > 0) spreadFailure(run, within, actual, hosts);
    }
    for (const host of due) {
      host.notified.delete(handler);
      if (troubles(host) === before.get(host)) run.journal.done(play, handler, host); // else the next run tries again
    }
  }
  if (!rescuable) for (const host of stopped) host.notified.clear(); // its journal keeps them
}

/** Hosts that run a handler in the same way. */
interface Group {
  readonly handler: Handler;
  readonly locals?: ReadonlyMap<string, unknown>;
  /** Only tasks of which nothing is known have notified it: why. */
  readonly unknown?: string;
  readonly hosts: HostState[];
}

/** A role that was included on a host brings its handlers as they are there: hosts with the same one run it together. */
function actualHandlers(handler: Handler, hosts: readonly HostState[]): readonly Group[] {
  const groups: Group[] = [];
  for (const host of hosts) {
    const notified = host.notified.get(handler);
    const unknown = notified instanceof Unknown ? { unknown: notified.reason } : {};
    const here: Omit<Group, 'hosts'> = { ...(host.handlers.get(handler.name) ?? { handler }), ...unknown };
    const same = (g: Group) => g.handler === here.handler && g.locals === here.locals && g.unknown === here.unknown;
    const group = groups.find(same);
    if (group) group.hosts.push(host);
    else groups.push({ ...here, hosts: [host] });
  }
  return groups;
}

/** The hosts on which it failed. */
async function runHandler(
  run: RunContext,
  within: Within & { readonly handler: true },
  handler: Handler,
  hosts: readonly HostState[],
): Promise<readonly HostState[]> {
  const before = hosts.filter((host) => host.standing === 'failed'); // they are here because of force_handlers
  for (const host of before) host.standing = 'active';
  if (handler.kind === 'task') await runTask(run, within, handler, hosts);
  else if (handler.kind === 'meta') await runMeta(run, within, handler, hosts);
  else await runInclude(run, within, handler, hosts);
  const lost = hosts.filter(isLost);
  for (const host of before) if (host.standing === 'active') host.standing = 'failed';
  return lost;
}

function troubles({ counts }: HostState): number {
  return counts.failed + counts.unreachable + counts.rescued;
}

function mayRun(run: RunContext, play: Play, host: HostState): boolean {
  return (
    host.standing === 'active' || (host.standing === 'failed' && (play.forceHandlers || run.options.forceHandlers))
  );
}
