import { Unknown } from '../../module/unknown.ts';
import type { Handler, Play } from '../../playbook/types.ts';
import type { HostState, Position, Run } from '../types.ts';
import { propagateFailure } from './failure-policy.ts';

/** Runs one handler on these hosts. */
export type RunHandler = (at: Position, handler: Handler, hosts: readonly HostState[]) => Promise<void>;

/**
 * Runs what was notified, in the order in which handlers are defined, until nothing is left: a handler may notify others,
 * earlier ones too. Each runs at most once on a host in one flush.
 */
export async function flushHandlers(
  run: Run,
  { play, section, rescuable }: Pick<Position, 'play' | 'section' | 'rescuable'>,
  hosts: readonly HostState[],
  runHandler: RunHandler,
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
    const failed = new Set<HostState>();
    for (const { hosts: group, handler: actual, ...how } of actualHandlers(handler, due)) {
      const at = { play, section, rescuable, handler: actual, around: [], ...how };
      const lost = await lostIn(group, () => runHandler(at, actual, group));
      for (const host of lost) stopped.add(host);
      for (const host of lost) if (!isRescued(host, rescuable)) failed.add(host);
      if (lost.length > 0) propagateFailure(run, at, actual, hosts);
    }
    for (const host of due) {
      host.notified.delete(handler);
      // What has failed or was interrupted is tried again by the next run.
      if (!failed.has(host) && (!run.signal.aborted || hasEnded(host, handler)))
        run.pending.done(play, handler, host.name);
    }
  }
  if (!rescuable) for (const host of stopped) host.notified.clear(); // they stay pending for the next run
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

/** The hosts that are lost when it has ended; those that had failed before (force_handlers) take part all the same. */
async function lostIn(hosts: readonly HostState[], work: () => Promise<void>): Promise<readonly HostState[]> {
  const before = hosts.filter((host) => host.status === 'failed');
  for (const host of before) host.changeStatus('active');
  await work();
  const lost = hosts.filter(({ isLost }) => isLost);
  for (const host of before) if (host.status === 'active') host.changeStatus('failed');
  return lost;
}

/** Whether its own task has run to its end, in a run that was interrupted meanwhile. */
function hasEnded({ latest, handlers }: HostState, handler: Handler): boolean {
  const { place } = handlers.get(handler.name)?.handler ?? handler;
  return latest?.place === place && ['ok', 'changed'].includes(latest.status);
}

/** Whether a rescue around the flush takes over. */
function isRescued(host: HostState, rescuable: boolean): boolean {
  return rescuable && host.status === 'failed' && !host.refused;
}

function mayRun(run: Run, play: Play, host: HostState): boolean {
  return host.status === 'active' || (host.status === 'failed' && (play.forceHandlers || run.options.forceHandlers));
}
