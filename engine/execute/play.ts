import { batchesOf } from '../plan/batches.ts';
import { facts } from '../plan/facts.ts';
import type { Play } from '../playbook/types.ts';
import type { RunContext } from './context.ts';
import { runEntries } from './entries.ts';
import { readFacts } from './evaluate.ts';
import { flushHandlers } from './handlers.ts';
import type { HostState } from './host.ts';
import { isTrouble } from './outcome.ts';

/** Runs a play on its hosts, batch by batch. False: a whole batch was lost, so that later plays must not begin. */
export async function runPlay(run: RunContext, play: Play, names: readonly string[]): Promise<boolean> {
  const hosts = inOrder(
    play,
    names.map((name) => run.state(name)),
  ).filter((host) => host.standing === 'active');
  run.emit({ event: 'play-start', play: play.name, hosts: hosts.map((host) => host.name) });
  let whole = true;
  for (const batch of batchesOf(play.serial, hosts)) {
    if (run.signal.aborted || batch.length === 0) break;
    run.world.playHosts = hosts.filter((h) => h.standing === 'active').map((h) => h.name);
    run.world.batch = batch.map((h) => h.name);
    if (play.gatherFacts) await gather(run, play, batch);
    if (play.strategy === 'free') await Promise.all(batch.map((host) => runSections(run, play, [host])));
    else await runSections(run, play, batch);
    if (batch.every((host) => host.standing === 'failed' || host.standing === 'unreachable')) {
      whole = false;
      break;
    }
  }
  for (const host of hosts) {
    if (host.standing === 'ended') host.standing = 'active'; // it left the play, not the run
    host.notified.clear();
  }
  return whole;
}

async function runSections(run: RunContext, play: Play, hosts: readonly HostState[]): Promise<void> {
  for (const section of play.sections) {
    await runEntries(run, { play, rescuable: false }, section, hosts);
    await flushHandlers(run, play, hosts, false);
  }
}

function inOrder(play: Play, hosts: readonly HostState[]): readonly HostState[] {
  const byName = (a: HostState, b: HostState): number => (a.name < b.name ? -1 : 1);
  if (play.order === 'sorted') return [...hosts].sort(byName);
  if (play.order === 'reverse_sorted') return [...hosts].sort(byName).reverse();
  return play.order === 'reverse_inventory' ? [...hosts].reverse() : hosts;
}

/** `gather_facts: true`: all facts up front. What stands in the way of it on a host is told when its first task runs. */
async function gather(run: RunContext, play: Play, hosts: readonly HostState[]): Promise<void> {
  await Promise.all(
    hosts.map((host) =>
      run.limit(async () => {
        try {
          await readFacts(run, play, host.name, facts.keys());
        } catch (error) {
          if (!isTrouble(error)) throw error;
        }
      }),
    ),
  );
}
