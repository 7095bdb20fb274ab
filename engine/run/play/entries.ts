import { selected } from '../../playbook/tags.ts';
import type { Block, Entry } from '../../playbook/types.ts';
import { untilAborted } from '../../transport/waiting.ts';
import { runTask } from '../task/task.ts';
import type { HostState, Position, Run } from '../types.ts';
import { propagateFailure } from './failure-policy.ts';
import { flushHandlers } from './handlers.ts';
import { runInclude } from './include.ts';
import { runMeta } from './meta.ts';

/** Runs entries in turn, each on all hosts that are still in the play, before the next begins. */
export async function runEntries(
  run: Run,
  at: Position,
  entries: readonly Entry[],
  hosts: readonly HostState[],
): Promise<void> {
  for (const entry of entries) {
    const active = hosts.filter((host) => host.status === 'active');
    if (active.length === 0 || run.signal.aborted) return;
    if (entry.kind !== 'block' && !isSelected(run, at, entry)) continue;
    if (!(await isConfirmed(run, entry, active))) continue;
    await runEntry(run, at, entry, active);
    if (entry.kind === 'task' || entry.kind === 'include') propagateFailure(run, at, entry, at.peers ?? active);
  }
}

export async function runEntry(run: Run, at: Position, entry: Entry, hosts: readonly HostState[]): Promise<void> {
  if (entry.kind === 'block') return runBlock(run, at, entry, hosts);
  if (entry.kind === 'task') return runTask(run, at, entry, hosts);
  if (entry.kind === 'include') return runInclude(run, at, entry, hosts, runEntries);
  return runMeta(run, at, entry, hosts, () => flush(run, at, hosts));
}

/** Runs the handlers that are notified. */
export function flush(
  run: Run,
  within: Pick<Position, 'play' | 'section' | 'rescuable'>,
  hosts: readonly HostState[],
): Promise<void> {
  return flushHandlers(run, within, hosts, async (at, handler, group) => {
    if (await isConfirmed(run, handler, group)) await runEntry(run, at, handler, group);
  });
}

/** Whether the user lets it run, where the user is asked. Blocks and metas are not asked about. */
async function isConfirmed(run: Run, entry: Entry, hosts: readonly HostState[]): Promise<boolean> {
  if (!run.confirm || entry.kind === 'block' || entry.kind === 'meta') return true;
  const title = entry.role ? `${entry.role.name} : ${entry.name}` : entry.name;
  const answer = run.confirm({ title, hosts: hosts.map((host) => host.name) });
  return untilAborted(answer, run.signal).catch((error: unknown) => {
    if (run.signal.aborted) return false;
    throw error;
  });
}

/** Handlers run whatever their tags. */
function isSelected({ options }: Run, { handler }: Position, { tags }: Entry): boolean {
  return handler !== undefined || selected(tags, options.tags, options.skipTags);
}

/** Whether the tags that were asked for leave anything of a list: a rescue of which nothing is left rescues nothing. */
function remains(run: Run, at: Position, entries: readonly Entry[]): boolean {
  return entries.some((entry) =>
    entry.kind === 'block'
      ? [entry.block, entry.rescue, entry.always].some((list) => remains(run, at, list))
      : isSelected(run, at, entry),
  );
}

async function runBlock(run: Run, at: Position, block: Block, hosts: readonly HostState[]): Promise<void> {
  const rescues = remains(run, at, block.rescue);
  await runEntries(run, { ...at, rescuable: at.rescuable || rescues }, block.block, hosts);
  const failed = hosts.filter((host) => host.status === 'failed' && !host.refused);
  if (rescues && failed.length > 0) {
    for (const host of failed) host.changeStatus('active');
    await runEntries(run, at, block.rescue, failed);
  }
  if (block.always.length > 0) await despiteFailure(hosts, () => runEntries(run, at, block.always, hosts));
}

/** Hosts that have failed take part all the same, and have failed afterwards. */
async function despiteFailure(hosts: readonly HostState[], work: () => Promise<void>): Promise<void> {
  const failed = hosts.filter((host) => host.status === 'failed');
  for (const host of failed) host.changeStatus('active');
  await work();
  for (const host of failed) if (host.status === 'active') host.changeStatus('failed');
}
