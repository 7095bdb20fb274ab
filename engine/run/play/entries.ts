import { selected } from '../../playbook/tags.ts';
import type { Block, Entry, Include, Play, Task } from '../../playbook/types.ts';
import type { HostState } from '../host/state.ts';
import { runTask } from '../task/task.ts';
import type { RunContext } from '../types.ts';
import { spreadFailure } from './failure-policy.ts';
import { runInclude } from './include.ts';
import { runMeta } from './meta.ts';

/** How the tasks of a list stand in their play. */
export interface Within {
  readonly play: Play;
  readonly rescuable: boolean;
  /** Inside an include among handlers. */
  readonly handler?: boolean;
  /** What the includes around bring in, outermost first. */
  readonly around: readonly string[];
  /** Their loop variables. */
  readonly locals?: ReadonlyMap<string, unknown>;
  /** Why it cannot be known whether they bring it in at all. */
  readonly unknown?: string;
  /** The hosts that went into the outermost of them: those that a failure can be fatal for. */
  readonly peers?: readonly HostState[];
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
    else if (!within.handler && !selected(entry.tags, run.options.tags, run.options.skipTags)) continue;
    else if (entry.kind === 'meta') await runMeta(run, within, entry, active);
    else if (!(await isWanted(run, entry, active))) continue;
    else {
      if (entry.kind === 'include') await runInclude(run, within, entry, active);
      else await runTask(run, { ...within, handler: within.handler === true }, entry, active);
      spreadFailure(run, within, entry, within.peers ?? active);
    }
  }
}

/** Whether the person at the terminal lets it run, where one is asked. */
export async function isWanted(
  run: RunContext,
  { name, role }: Task | Include,
  hosts: readonly HostState[],
): Promise<boolean> {
  const title = role ? `${role.name} : ${name}` : name;
  return (await run.confirm?.({ title, hosts: hosts.map((host) => host.name) })) ?? true;
}

/** Whether the tags that were asked for leave anything of a list: a rescue of which nothing is left rescues nobody. */
function remains(run: RunContext, within: Within, entries: readonly Entry[]): boolean {
  return entries.some((entry) =>
    entry.kind === 'block'
      ? [entry.block, entry.rescue, entry.always].some((list) => remains(run, within, list))
      : within.handler === true || selected(entry.tags, run.options.tags, run.options.skipTags),
  );
}

async function runBlock(run: RunContext, within: Within, block: Block, hosts: readonly HostState[]): Promise<void> {
  const mends = remains(run, within, block.rescue);
  const rescuable = within.rescuable || mends;
  await runEntries(run, { ...within, rescuable }, block.block, hosts);
  const failed = hosts.filter((host) => host.standing === 'failed' && !host.refused);
  if (mends && failed.length > 0) {
    for (const host of failed) host.standing = 'active';
    await runEntries(run, within, block.rescue, failed);
  }
  if (block.always.length === 0) return;
  const broken = hosts.filter((host) => host.standing === 'failed');
  for (const host of broken) host.standing = 'active';
  await runEntries(run, within, block.always, hosts);
  for (const host of broken) if (host.standing === 'active') host.standing = 'failed';
}
