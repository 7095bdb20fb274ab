import { randomInt } from 'node:crypto';
import { facts } from '../../facts/facts.ts';
import type { Play } from '../../playbook/types.ts';
import { readFacts } from '../task/evaluate.ts';
import { isTrouble } from '../task/result.ts';
import type { HostState, Run } from '../types.ts';
import { failBlockedHosts } from './blocked-hosts.ts';
import { flush, runEntries } from './entries.ts';
import type { PendingHandlerFile } from './pending-handlers.ts';
import { batchesOf, playSettings } from './settings.ts';

/** Runs a play on its hosts, batch by batch. False: a whole batch was lost, so that later plays must not begin. */
export async function runPlay(
  run: Run,
  play: Play,
  names: readonly string[],
  pending: PendingHandlerFile,
): Promise<boolean> {
  const all = names.map((name) => run.host(name));
  const hosts = inOrder(play, all).filter((host) => host.status === 'active');
  run.state.playHosts = names;
  run.emit({ event: 'play-start', play: play.name, hosts: hosts.map((host) => host.name) });
  pending.announce(play, hosts);
  const { serial, gatherFacts, maxFailPercentage } = playSettings(play, run.state.extra);
  let whole = true;
  run.state.playEnded = false;
  for (const batch of batchesOf(serial, hosts)) {
    if (run.signal.aborted || batch.length === 0 || run.state.playEnded) break;
    run.state.batch = batch.map((h) => h.name);
    failBlockedHosts(run, play, batch);
    const inPlay = batch.filter((host) => host.inPlay);
    if (gatherFacts) await gather(run, play, inPlay);
    if (play.strategy === 'free') await Promise.all(batch.map((host) => runSections(run, play, [host])));
    else await runSections(run, play, batch);
    if (batch.every(({ isLost }) => isLost) && maxFailPercentage !== 100) {
      whole = false;
      break;
    }
  }
  for (const host of hosts) {
    // What did not have to run (the play was ended before it) is not left for the next run either.
    if (!host.isLost && !run.signal.aborted)
      for (const handler of host.notified.keys()) pending.done(play, handler, host.name);
    host.notified.clear();
    host.forgetRoles();
  }
  for (const host of all) if (host.status === 'ended') host.changeStatus('active'); // it left the play, not the run
  return whole;
}

async function runSections(run: Run, play: Play, hosts: readonly HostState[]): Promise<void> {
  for (const [section, entries] of play.sections.entries()) {
    await runEntries(run, { play, section, rescuable: false, around: [] }, entries, hosts);
    run.pending.join(play, section, hosts);
    await flush(run, { play, section, rescuable: false }, hosts);
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

/** `gather_facts: true`: all facts up front. What prevents it on a host is reported when its first task runs. */
async function gather(run: Run, play: Play, hosts: readonly HostState[]): Promise<void> {
  const read = async (host: HostState): Promise<void> => {
    try {
      await readFacts(run, play, host.name, facts.keys(), host.facts);
    } catch (error) {
      if (!isTrouble(error)) throw error;
    }
  };
  await Promise.all(hosts.map((host) => run.limit(() => read(host))));
}
