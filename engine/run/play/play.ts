import { randomInt } from 'node:crypto';
import { facts } from '../../facts/facts.ts';
import type { Play } from '../../playbook/types.ts';
import type { HostState } from '../host/state.ts';
import { readFacts } from '../task/evaluate.ts';
import { isTrouble } from '../task/result.ts';
import type { RunContext } from '../types.ts';
import { barHosts } from './blocked-hosts.ts';
import { runEntries } from './entries.ts';
import { isLost } from './failure-policy.ts';
import { flushHandlers } from './handlers.ts';
import { batchesOf } from './serial.ts';
import { termsOf } from './settings.ts';

/** Runs a play on its hosts, batch by batch. False: a whole batch was lost, so that later plays must not begin. */
export async function runPlay(run: RunContext, play: Play, names: readonly string[]): Promise<boolean> {
  const all = names.map((name) => run.state(name));
  const hosts = inOrder(play, all).filter((host) => host.standing === 'active');
  run.world.playHosts = names;
  run.emit({ event: 'play-start', play: play.name, hosts: hosts.map((host) => host.name) });
  run.journal.resume(play, hosts);
  const { serial, gatherFacts, maxFailPercentage } = termsOf(play, run.world.extra);
  let whole = true;
  run.world.playEnded = false;
  for (const batch of batchesOf(serial, hosts)) {
    if (run.signal.aborted || batch.length === 0 || run.world.playEnded) break;
    run.world.batch = batch.map((h) => h.name);
    barHosts(run, play, batch);
    if (gatherFacts)
      await gather(
        run,
        play,
        batch.filter(({ inPlay }) => inPlay),
      );
    if (play.strategy === 'free') await Promise.all(batch.map((host) => runSections(run, play, [host])));
    else await runSections(run, play, batch);
    if (batch.every(isLost) && maxFailPercentage !== 100) {
      whole = false;
      break;
    }
  }
  for (const host of hosts) {
    // What did not have to run (the play was ended before it) is not for the next run either.
    if (!isLost(host) && !run.signal.aborted)
      for (const handler of host.notified.keys()) run.journal.done(play, handler, host);
    host.notified.clear();
    host.forgetRoles();
  }
  for (const host of all) if (host.standing === 'ended') host.standing = 'active'; // it left the play, not the run
  return whole;
}

async function runSections(run: RunContext, play: Play, hosts: readonly HostState[]): Promise<void> {
  for (const section of play.sections) {
    await runEntries(run, { play, rescuable: false, around: [] }, section, hosts);
    await flushHandlers(run, play, hosts, false);
  }
}

function inOrder(play: Play, hosts: readonly HostState[]): readonly HostState[] {
  const byName = (a: HostState, b: HostState): number => (a.name < b.name ? -1 : 1);
  if (play.order === 'sorted') return [...hosts].sort(byName);
  if (play.order === 'reverse_sorted') return [...hosts].sort(byName).reverse();
  if (play.order === 'shuffle') return shuffled(hosts);
  return play.order === 'reverse_inventory' ? [...hosts].reverse() : hosts;
}

function shuffled(hosts: readonly HostState[]): readonly HostState[] {
  const left = [...hosts];
  return hosts.map(() => left.splice(randomInt(left.length), 1)[0]!);
}

/** `gather_facts: true`: all facts up front. What stands in the way of it on a host is told when its first task runs. */
async function gather(run: RunContext, play: Play, hosts: readonly HostState[]): Promise<void> {
  await Promise.all(
    hosts.map((host) =>
      run.limit(async () => {
        try {
          await readFacts(run, play, host.name, facts.keys(), host.facts);
        } catch (error) {
          if (!isTrouble(error)) throw error;
        }
      }),
    ),
  );
}
