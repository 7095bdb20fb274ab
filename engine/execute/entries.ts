import { HostScope, NeededFacts } from '../plan/scope.ts';
import { selected } from '../playbook/tags.ts';
import type { Block, Entry, Play, Task } from '../playbook/types.ts';
import type { RunContext } from './context.ts';
import type { HostState } from './host.ts';
import { runMeta } from './meta.ts';
import { runTask } from './task.ts';

/** How the tasks of a list stand in their play. */
export interface Within {
  readonly play: Play;
  readonly rescuable: boolean;
}

/** Runs entries in turn, each on all hosts that are still in the play, before the next begins. */
export async function runEntries(
  run: RunContext,
  within: Within,
  entries: readonly Entry[],
  hosts: readonly HostState[],
): Promise<void> {
  for (const entry of entries) {
    const active = hosts.filter((host) => host.standing === 'active');
    if (active.length === 0 || run.signal.aborted) return;
    if (entry.kind === 'block') await runBlock(run, within, entry, active);
    else if (!selected(entry.tags, run.options.tags, run.options.skipTags)) continue;
    else if (entry.kind === 'meta') await runMeta(run, within, entry, active);
    else {
      await runTask(run, { ...within, handler: false }, entry, active);
      spreadFailure(run, within.play, entry, active);
    }
  }
}

/** any_errors_fatal and max_fail_percentage: the failure of some is the failure of all. */
function spreadFailure(run: RunContext, play: Play, task: Task, hosts: readonly HostState[]): void {
  const lost = hosts.filter((host) => host.standing === 'failed' || host.standing === 'unreachable').length;
  if (lost === 0) return;
  const fatal =
    play.anyErrorsFatal ||
    task.settings.anyErrorsFatal?.evaluate(new HostScope(run.world, hosts[0]!.host, new NeededFacts(), play, task)) ===
      true;
  const share = (100 * lost) / Math.max(1, run.world.batch.length);
  const tooMany = play.maxFailPercentage !== undefined && share > play.maxFailPercentage;
  if (fatal || tooMany) for (const host of hosts) if (host.standing === 'active') host.standing = 'failed';
}

async function runBlock(run: RunContext, within: Within, block: Block, hosts: readonly HostState[]): Promise<void> {
  const rescuable = within.rescuable || block.rescue.length > 0;
  await runEntries(run, { ...within, rescuable }, block.block, hosts);
  const failed = hosts.filter((host) => host.standing === 'failed');
  if (block.rescue.length > 0 && failed.length > 0) {
    for (const host of failed) host.standing = 'active';
    await runEntries(run, within, block.rescue, failed);
  }
  if (block.always.length === 0) return;
  const broken = hosts.filter((host) => host.standing === 'failed');
  for (const host of broken) host.standing = 'active';
  await runEntries(run, within, block.always, hosts);
  for (const host of broken) if (host.standing === 'active') host.standing = 'failed';
}
