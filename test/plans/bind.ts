import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { driftedHosts } from '../../engine/plans/drift.ts';
import { Enforcer } from '../../engine/plans/enforce.ts';
import type { Plan, PlannedHost } from '../../engine/plans/format.ts';
import { Keyed } from '../../engine/plans/key.ts';
import { Recorder } from '../../engine/plans/record.ts';
import type { Event, Recap, Result } from '../../engine/run/events/event.ts';
import { prepare, type RunRequest } from '../../engine/run/prepare.ts';
import { execute } from '../../engine/run/run.ts';
import type { RunPolicy } from '../../engine/run/types.ts';
import { Secrets } from '../../engine/vault/redaction.ts';
import { modules } from '../../modules/index.ts';
import { type Files, layOut } from '../run/lay-out.ts';
import { lineOf } from '../run/trace.ts';

export interface Bound {
  /** What was planned, as lines of `host status task`. */
  readonly planned: readonly string[];
  /** What came of applying it. */
  readonly applied: readonly string[];
  /** Messages of what failed, `DIR` for the folder. */
  readonly refused: readonly string[];
  readonly exit: number;
  readonly left: readonly string[];
  readonly hosts: Readonly<Record<string, PlannedHost>>;
  readonly read: (name: string) => string | undefined;
}

/** Plans a small playbook, does something behind the plan's back, and applies it: all on this machine, by the real engine. */
export async function bind(
  given: Files,
  between: (folder: string) => void = () => {},
  policyOf: (policy: RunPolicy) => RunPolicy = (policy) => policy,
): Promise<Bound> {
  const folder = layOut(given);
  try {
    const request: RunRequest = {
      playbooks: [join(folder, 'site.yml')],
      inventories: [join(folder, 'hosts.yml')],
      extra: new Map(),
      modules: new Map(modules.map((m) => [m.name, m])),
      options: {
        check: true,
        forks: 10,
        forceHandlers: false,
        tags: [],
        skipTags: [],
        become: false,
        timeoutSeconds: 10,
      },
    };
    const prepared = await prepare(request);
    const plays = [...prepared.hosts.keys()];
    const keyed = new Keyed('machine', [Buffer.from('key')]);
    const go = async (check: boolean, policy: RunPolicy): Promise<readonly Event[]> => {
      const events: Event[] = [];
      const asked = { ...request, options: { ...request.options, check }, policy: policyOf(policy) };
      await execute(prepared, asked, 'test', (event) => void events.push(event), new AbortController().signal);
      return events;
    };
    const look = async () => {
      const recorder = new Recorder(plays, keyed, undefined);
      const events = await go(true, recorder);
      return { events, hosts: recorder.hosts((events.at(-1) as Recap).hosts, new Secrets()) };
    };
    const planned = await look();
    between(folder);
    const plan = { hosts: planned.hosts } as Plan;
    const holder = new Enforcer(plays, plan, keyed, driftedHosts(plan, (await look()).hosts));
    const applied = await go(false, holder);
    const shown = (text: string): string => text.replaceAll(folder, 'DIR');
    const results = (events: readonly Event[]): Result[] => events.filter((event) => event.event === 'result');
    const contents = new Map<string, string>();
    for (const name of ['f', 'g', 'h'].flatMap((f) => ['a', 'b', 'c'].map((host) => `${host}.${f}`)))
      try {
        contents.set(name, readFileSync(join(folder, name), 'utf8'));
      } catch {
        // not there
      }
    return {
      planned: results(planned.events).map((r) => shown(lineOf(r))),
      applied: results(applied).map((r) => shown(lineOf(r))),
      refused: results(applied).flatMap((r) => (r.status === 'failed' ? [shown(r.message ?? '')] : [])),
      exit: (applied.at(-1) as Recap).exit,
      left: [...holder.left].flatMap(([host, steps]) => steps.map(({ task }) => `${host} ${task}`)),
      hosts: planned.hosts,
      read: (name) => contents.get(name),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
