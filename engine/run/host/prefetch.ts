import pLimit, { type LimitFunction } from 'p-limit';
import { firstFalse } from '../../expressions/condition.ts';
import { facts as factTable } from '../../facts/facts.ts';
import { UnknownValue } from '../../module/unknown.ts';
import { selected } from '../../playbook/tags.ts';
import type { Entry, Include, Play, Task } from '../../playbook/types.ts';
import { untilAborted } from '../../transport/waiting.ts';
import { NeededFacts } from '../../variables/needed-facts.ts';
import { HostScope } from '../../variables/scope.ts';
import type { RunOptions } from '../options.ts';
import { batchesOf, playSettings } from '../play/settings.ts';
import { runCheck } from '../task/check.ts';
import { anyOf, startDeadline } from '../task/deadline.ts';
import { evaluate, readFacts } from '../task/evaluate.ts';
import { itemsOf, loopVariables } from '../task/loop.ts';
import { registered, skippedFor } from '../task/result.ts';
import { failingCondition, prepareStep, settingsOf } from '../task/runner.ts';
import { firstProblem } from '../task/settings.ts';
import type { HostState, Prefetch, Run, Step, TaskResult } from '../types.ts';
import { HostSession } from './session.ts';
import { type Found, UpcomingValues, untilRun } from './upcoming-values.ts';

/** Tasks prefetched at once, and items of loops, at most: scripts and answers of all of them are in memory at the same time. */
const most = 1000;

/** A task that will run, unless something fails, is skipped or ends before it. */
interface Upcoming {
  readonly play: Play;
  readonly task: Task;
  /** The includes that bring it, outermost first. */
  readonly around: readonly Include[];
}

/**
 * Reads for a host's upcoming tasks: their checks run ahead, side by side, so that their reads share round trips. What the
 * checks find is thrown away; what they read stays in the host's cache until something changes. Each task is then checked
 * in its turn as usual, and finds its answers there.
 */
export class CheckPrefetch implements Prefetch {
  readonly #upcoming: readonly Upcoming[];
  readonly #places: ReadonlyMap<Task, number>;
  readonly #hosts: ReadonlyMap<Play, ReadonlySet<string>>;
  readonly #limit: number;
  readonly #run: () => Run;
  /** The task for which hosts are prefetched now, since when, and how much had been changed then. */
  #pass: { readonly task: Task; readonly at: number; readonly changes: number } | undefined;

  constructor(run: () => Run, hosts: ReadonlyMap<Play, readonly string[]>, options: RunOptions) {
    this.#run = run;
    this.#limit = Math.min(options.lookahead ?? most, most);
    this.#hosts = new Map([...hosts].map(([play, names]) => [play, new Set(names)]));
    this.#upcoming = [...hosts.keys()].flatMap((play) =>
      play.sections
        .flatMap((section) => section.flatMap((entry) => expected(play, entry)))
        .filter(({ task, around }) =>
          [task, ...around].every(({ tags }) => selected(tags, options.tags, options.skipTags)),
        ),
    );
    this.#places = new Map(this.#upcoming.map(({ task }, place) => [task, place]));
  }

  /**
   * Before a task is checked on a host: prefetches it and the tasks after it, unless that has been done. The first window
   * goes to the end of the run; after a change it is one task long, then two, four …
   */
  async before(play: Play, task: Task, host: HostState, signal: AbortSignal): Promise<void> {
    const place = this.#places.get(task);
    if (place === undefined || this.#limit === 0) return;
    const { prefetched, shared } = host;
    const now = performance.now();
    const done = prefetched.changes === host.changes && place < prefetched.upTo && now - prefetched.at < shared.fresh;
    if (done) return;
    const window = Math.min(prefetched.window, this.#limit);
    const tasks = this.#from(place, play, host.name, window);
    Object.assign(prefetched, {
      upTo: place + window,
      at: now,
      changes: host.changes,
      window: prefetched.window * 2,
    });
    if (tasks.length < 2) return;
    if (this.#pass?.task !== task || this.#pass.changes !== shared.changes)
      this.#pass = { task, at: now, changes: shared.changes };
    const pass = this.#pass;
    await untilAborted(this.#checkAll(host, tasks, signal), signal).catch(() => undefined);
    prefetched.at = performance.now();
    if (pass.changes === shared.changes) shared.fresh = Math.max(shared.fresh, 2 * (prefetched.at - pass.at));
  }

  nextPlay(now: Play): { readonly play: Play; readonly hosts: readonly string[] } | undefined {
    if (this.#limit === 0) return undefined;
    const plays = [...this.#hosts.keys()];
    const later = new Set(plays.slice(plays.indexOf(now) + 1));
    const play = this.#upcoming.find((upcoming) => later.has(upcoming.play))?.play;
    if (!play) return undefined;
    const { serial } = playSettings(play, this.#run().state.extra);
    const [first = []] = batchesOf(serial, [...this.#hosts.get(play)!]);
    return { play, hosts: first.filter((name) => !this.#hosts.get(now)!.has(name)) };
  }

  /** The next tasks that are for this host, `count` places far at most. */
  #from(place: number, now: Play, host: string, count: number): readonly Upcoming[] {
    const meant = (play: Play): boolean => play === now || this.#hosts.get(play)!.has(host);
    return this.#upcoming.slice(place, place + count).filter(({ play }) => meant(play));
  }

  /** All at once; and each that depended on what an earlier one leaves, again as soon as that one has been checked. */
  async #checkAll(host: HostState, tasks: readonly Upcoming[], signal: AbortSignal): Promise<void> {
    const values = new UpcomingValues(this.#run(), host);
    for (const [i, { task }] of tasks.entries()) values.announce(i, task);
    const limit = pLimit(most);
    const untils = tasks.map(({ task }) => untilRun(task));
    const checks: Promise<void>[] = [];
    const attend = async (upcoming: Upcoming, i: number): Promise<void> => {
      let before: string | undefined;
      for (;;) {
        const reason = await this.#checkOne(host, upcoming, { index: i, values, limit }, signal);
        if (reason === undefined || reason === before) return;
        before = reason;
        await Promise.all(checks.filter((_, n) => n < i && untils[n] === reason));
      }
    };
    for (const [i, upcoming] of tasks.entries()) checks.push(attend(upcoming, i));
    await Promise.all(checks);
  }

  /** Why it cannot be checked yet, where it depends on what is not known. Anything else that is wrong is reported when it runs. */
  async #checkOne(
    host: HostState,
    { play, task, around }: Upcoming,
    {
      index,
      values,
      limit,
    }: { readonly index: number; readonly values: UpcomingValues; readonly limit: LimitFunction },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const run = this.#run();
    const state = values.stateAt(index);
    // A condition asks for one fact after another: read them together with the rest, at once.
    const named = factsIn(task);
    if (named.size > 0)
      readFacts(run, play, host.name, named, state.memory(host.name).facts, signal).catch(() => undefined);
    if (task.variableFiles || task.module.once) return undefined; // about the controller
    if (task.settings.runOnce && run.state.batch[0] !== host.name) return undefined; // most likely another host's
    // Each with its own needs of facts, for they are evaluated side by side.
    const scopeWith = (locals?: ReadonlyMap<string, unknown>): HostScope =>
      new HostScope(state, host.host, new NeededFacts(), play, task, locals);
    const scope = scopeWith();
    const step: Step = { run, play, task, host, scope };
    try {
      for (const include of around) {
        const outside = new HostScope(state, host.host, new NeededFacts(), play, include);
        if (await evaluate(run, play, outside, () => firstFalse(include.when, outside), signal)) return undefined;
      }
      if (!task.loop) {
        values.learn(index, task, await limit(() => checkAhead(step, signal)));
        return undefined;
      }
      const { loop } = task;
      const found = await itemsOf(run, play, scope, task, loop, signal);
      await Promise.all(
        found.items.map((_, i) =>
          limit(() => checkAhead({ ...step, scope: scopeWith(loopVariables(loop, found, i)) }, signal)),
        ),
      );
      return undefined;
    } catch (error) {
      return error instanceof UnknownValue ? error.reason : undefined;
    }
  }
}

/** What a step will leave, where it is skipped or will find nothing to do. Its time limit holds here too. */
async function checkAhead(step: Step, signal: AbortSignal): Promise<Found | undefined> {
  const { task } = step;
  const resolved = await settingsOf(step);
  const deadline = startDeadline(resolved.settings.timeoutSeconds);
  try {
    const refused = await failingCondition(step, anyOf(signal, deadline.signal));
    if (refused) return { registers: registered(skippedFor(refused)), facts: {} };
    const problem = firstProblem(resolved);
    if (problem !== undefined) throw problem;
    const { args, context } = await prepareStep(step, resolved.settings, deadline);
    const ahead = { ...context, signal: anyOf(context.signal, signal) };
    const check = await runCheck(task.module, args, new HostSession(ahead, true));
    if (check.differences.length > 0 || task.changedWhen || task.failedWhen || task.until) return undefined;
    const { result, message } = check;
    const ok: TaskResult = {
      status: 'ok',
      differences: [],
      ...(result && { result }),
      ...(message !== undefined && { message }),
    };
    return { registers: registered(ok), facts: check.facts ?? {} };
  } finally {
    deadline.end();
  }
}

/** What will run if all goes well: no rescue, and only includes that can mean one thing. */
function expected(play: Play, entry: Entry, around: readonly Include[] = []): readonly Upcoming[] {
  const inside = (entries: readonly Entry[], includes = around) =>
    entries.flatMap((inner) => expected(play, inner, includes));
  if (entry.kind === 'task') return [{ play, task: entry, around }];
  if (entry.kind === 'block') return inside([...entry.block, ...entry.always]);
  if (entry.kind === 'meta' || entry.candidates.length !== 1) return [];
  return entry.candidates[0]!.checked?.lists.flatMap((list) => inside(list.entries, [...around, entry])) ?? [];
}

/** The facts that a task names itself, of its own host or of any. */
function factsIn(task: Task): ReadonlySet<string> {
  const conditions = [...task.when, ...(task.changedWhen ?? []), ...(task.failedWhen ?? [])];
  const templates = [...task.args.values(), ...(task.loop ? [task.loop.over] : [])];
  const paths = [...conditions, ...templates].flatMap(({ references }) => references.map(({ path }) => path));
  return new Set(paths.flatMap((path) => path.filter((step, i) => path[i - 1] === 'facts' && factTable.has(step))));
}
