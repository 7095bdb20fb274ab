import type { Candidate, Include, Included } from '../../playbook/types.ts';
import type { HostState } from '../host/state.ts';
import { book, safely, tell, titleOf } from '../task/report.ts';
import { combine, reasonOf, registered } from '../task/result.ts';
import type { RunContext } from '../types.ts';
import { runEntries, type Within } from './entries.ts';
import { type Choice, chooseOn, scopeOn } from './include-choice.ts';

/** Hosts that go through the same tasks together: those that chose the same for the same item. */
interface Group {
  readonly title: string;
  readonly included: Included;
  readonly locals: ReadonlyMap<string, unknown>;
  readonly hosts: HostState[];
  /** See Include. */
  readonly once?: string;
  /** Why it cannot be known whether they would. */
  readonly unknown?: string;
}

/** Finds what an include means on each host, then runs that, group after group in the order in which they first came up. */
export async function runInclude(
  run: RunContext,
  within: Within,
  include: Include,
  hosts: readonly HostState[],
): Promise<void> {
  const chosen = await choose(run, within, include, hosts);
  const groups = groupsOf(include, within, chosen);
  for (const group of groups) announce(run, group);
  const inside: Within = { ...within, peers: within.peers ?? hosts };
  for (const group of groups) await runGroup(run, inside, group);
}

/** The choices of each host, told and counted. */
async function choose(
  run: RunContext,
  within: Within,
  include: Include,
  hosts: readonly HostState[],
): Promise<ReadonlyMap<HostState, readonly Choice[]>> {
  const chosen = new Map<HostState, readonly Choice[]>();
  const first = scopeOn(run, within, include, hosts[0]!);
  const at = { ...within, handler: within.handler === true, title: titleOf(include, first) };
  const role = include.role === undefined ? {} : { role: include.role.name };
  const handler = at.handler ? { handler: true as const } : {};
  run.emit({ event: 'task-start', task: at.title, ...role, ...handler, hosts: hosts.map((h) => h.name) });
  const told = { ...include, module: { name: include.what } };
  const conclude = async (host: HostState): Promise<boolean> => {
    const started = performance.now();
    const choices = await chooseOn(run, within, include, host);
    const outcomes = choices.map(({ outcome, scope }) => {
      const ignored =
        outcome.status === 'failed' && safely(() => include.settings.ignoreErrors?.evaluate(scope)) === true;
      return ignored ? { ...outcome, ignored } : outcome;
    });
    for (const [i, { scope, ...choice }] of choices.entries())
      tell(
        run,
        at,
        told,
        host,
        scope,
        outcomes[i]!,
        started,
        'label' in choice ? { item: choice.label, index: i } : undefined,
      );
    const outcome = combine(outcomes);
    book(at, told, host, outcome, registered(outcome));
    chosen.set(host, choices);
    return outcome.status !== 'skipped';
  };
  if (safely(() => include.settings.runOnce?.evaluate(first)) === true) {
    for (const host of hosts) if (await conclude(host)) break;
  } else await Promise.all(hosts.map((host) => run.limit(() => conclude(host))));
  return new Map(hosts.filter((host) => chosen.has(host)).map((host) => [host, chosen.get(host)!]));
}

function groupsOf(
  include: Include,
  within: Within,
  chosen: ReadonlyMap<HostState, readonly Choice[]>,
): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [host, choices] of chosen) {
    const seen = new Map<string, number>(); // the same file for the same item twice runs twice
    for (const choice of choices)
      for (const [candidate, included] of meant(include, within, choice)) {
        const { locals, outcome } = choice;
        const reason = outcome.status === 'unknown' ? reasonOf(outcome) : undefined;
        const said = textOf([candidate.title, choice.chosen?.names, [...locals], reason]);
        const times = (seen.get(said) ?? 0) + 1;
        seen.set(said, times);
        const key = `${times} ${said}`;
        const group = groups.get(key) ?? {
          title: candidate.title,
          included,
          locals: new Map([...(within.locals ?? []), ...locals]),
          hosts: [],
          ...(include.once !== undefined && { once: `${include.once} ${said}` }),
          ...(reason !== undefined && { unknown: reason }),
        };
        group.hosts.push(host);
        groups.set(key, group);
      }
  }
  return [...groups.values()];
}

/** What was chosen; where that cannot be known all that could be, but not what is under way already. */
function meant(include: Include, within: Within, { outcome, chosen }: Choice): readonly [Candidate, Included][] {
  if (chosen) return [[chosen.candidate, chosen.included]];
  if (outcome.status !== 'unknown') return [];
  return include.candidates
    .filter(({ title }) => !within.around.includes(title))
    .flatMap((candidate): [Candidate, Included][] => {
      const included = safely(() => candidate.open());
      return included ? [[candidate, included]] : [];
    });
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

/** What roles bring with them is there before the first of their tasks: handlers, and what they make public. */
function announce(run: RunContext, { included, locals, hosts }: Group): void {
  for (const host of hosts)
    for (const handler of included.handlers) host.handlers.set(handler.name, { handler, locals });
  for (const host of run.world.playHosts.map((name) => run.state(name)))
    for (const level of ['roleDefaults', 'vars'] as const)
      for (const layer of included.published[level])
        if (!host.published[level].includes(layer)) host.published[level].push(layer);
}

async function runGroup(run: RunContext, within: Within, group: Group): Promise<void> {
  const { included, locals, unknown, title } = group;
  const inside: Within = {
    ...within,
    locals,
    around: [...within.around, title],
    ...(unknown !== undefined && { unknown }),
  };
  const hosts = onceOnly(group.hosts, group.once);
  for (const { entries, once } of included.lists) await runEntries(run, inside, entries, onceOnly(hosts, once));
}

/** Hosts on which this has not run; from here on it has. */
function onceOnly(hosts: readonly HostState[], key: string | undefined): readonly HostState[] {
  if (key === undefined) return hosts;
  const left = hosts.filter((host) => !host.rolesRun.has(key));
  for (const host of left) host.rolesRun.add(key);
  return left;
}
