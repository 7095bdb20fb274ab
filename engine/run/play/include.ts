import type { Candidate, Entry, Include, Included } from '../../playbook/types.ts';
import { Locals } from '../../variables/layers.ts';
import { combine, reasonOf, registered, safely } from '../task/result.ts';
import { titleOf } from '../task/task.ts';
import type { HostState, Position, Run } from '../types.ts';
import { type Choice, chooseOn, scopeOn, settingsOn } from './include-choice.ts';

export type RunEntries = (
  run: Run,
  at: Position,
  entries: readonly Entry[],
  hosts: readonly HostState[],
) => Promise<void>;

/** Hosts that run the same tasks together: those that chose the same for the same item. */
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
  run: Run,
  at: Position,
  include: Include,
  hosts: readonly HostState[],
  runEntries: RunEntries,
): Promise<void> {
  await run.ready?.();
  const chosen = await choose(run, at, include, hosts);
  const groups = groupsOf(include, at, chosen);
  for (const group of groups) publish(run, group);
  const inside: Position = { ...at, peers: at.peers ?? hosts };
  for (const group of groups) await runGroup(run, inside, group, runEntries);
}

/** The choices of each host, committed. */
async function choose(
  run: Run,
  position: Position,
  include: Include,
  hosts: readonly HostState[],
): Promise<ReadonlyMap<HostState, readonly Choice[]>> {
  const chosen = new Map<HostState, readonly Choice[]>();
  const first = scopeOn(run, position, include, hosts[0]!);
  const at = { ...position, title: titleOf(include, first) };
  const role = include.role === undefined ? {} : { role: include.role.name };
  const handler = at.handler ? { handler: true as const } : {};
  run.emit({ event: 'task-start', task: at.title, ...role, ...handler, hosts: hosts.map((h) => h.name) });
  const reported = { ...include, module: { name: include.what } };
  const chooseFor = async (host: HostState): Promise<boolean> => {
    const started = performance.now();
    const choices = await chooseOn(run, at, include, host);
    for (const [index, { result, settings, label, looped }] of choices.entries())
      host.commitItem(at, reported, settings, result, {
        started,
        ...(looped && { loop: { item: label, index } }),
      });
    const result = combine(choices.map((choice) => choice.result));
    host.commitLoop(at, reported, result, registered(result));
    chosen.set(host, choices);
    return result.status !== 'skipped';
  };
  const { settings } = await settingsOn(run, at, include, first);
  if (settings.runOnce) {
    for (const host of hosts) if (await chooseFor(host)) break;
  } else await Promise.all(hosts.map((host) => run.limit(() => chooseFor(host))));
  return new Map(hosts.filter((host) => chosen.has(host)).map((host) => [host, chosen.get(host)!]));
}

function groupsOf(include: Include, at: Position, chosen: ReadonlyMap<HostState, readonly Choice[]>): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [host, choices] of chosen) {
    const seen = new Map<string, number>(); // the same file for the same item twice runs twice
    for (const choice of choices)
      for (const [candidate, included] of meant(include, at, choice)) {
        const { locals, result } = choice;
        const reason = result.status === 'unknown' ? reasonOf(result) : undefined;
        const choiceKey = textOf([candidate.title, choice.chosen?.names, [...locals], reason]);
        const times = (seen.get(choiceKey) ?? 0) + 1;
        seen.set(choiceKey, times);
        const key = `${times} ${choiceKey}`;
        const group = groups.get(key) ?? {
          title: candidate.title,
          included,
          locals: Locals.over(at.locals, locals),
          hosts: [],
          ...(include.once !== undefined && { once: `${include.once} ${choiceKey}` }),
          ...(reason !== undefined && { unknown: reason }),
        };
        group.hosts.push(host);
        groups.set(key, group);
      }
  }
  return [...groups.values()];
}

/** What was chosen; where that cannot be known all that could be, but not what is under way already. */
function meant(include: Include, at: Position, { result, chosen }: Choice): readonly [Candidate, Included][] {
  if (chosen) return [[chosen.candidate, chosen.included]];
  if (result.status !== 'unknown') return [];
  return include.candidates
    .filter(({ title }) => !at.around.includes(title))
    .flatMap((candidate): [Candidate, Included][] => {
      const included = safely(() => candidate.open());
      return included ? [[candidate, included]] : [];
    });
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

/** What roles bring is there before the first of their tasks: handlers, and variables that they make public. */
function publish(run: Run, { included, locals, hosts }: Group): void {
  for (const host of hosts)
    for (const handler of included.handlers) host.handlers.set(handler.name, { handler, locals });
  for (const host of run.state.playHosts.map((name) => run.host(name)))
    for (const level of ['roleDefaults', 'vars'] as const)
      for (const layer of included.published[level])
        if (!host.published[level].includes(layer)) host.published[level].push(layer);
}

async function runGroup(run: Run, at: Position, group: Group, runEntries: RunEntries): Promise<void> {
  const { included, locals, unknown, title } = group;
  const inside: Position = {
    ...at,
    locals,
    around: [...at.around, title],
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
