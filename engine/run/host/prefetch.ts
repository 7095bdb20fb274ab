import { firstFalse } from '../../expressions/condition.ts';
import { facts as factTable } from '../../facts/facts.ts';
import { Unknown, UnknownValue } from '../../module/unknown.ts';
import { selected } from '../../playbook/tags.ts';
import type { Entry, Include, Play, Task } from '../../playbook/types.ts';
import { type HostMemory, HostScope, NeededFacts } from '../../variables/scope.ts';
import { itemsOf, loopVariables } from '../play/loop.ts';
import { batchesOf } from '../play/serial.ts';
import { termsOf } from '../play/settings.ts';
import { look } from '../task/check.ts';
import { evaluate, readFacts } from '../task/evaluate.ts';
import { registered, skippedFor } from '../task/result.ts';
import { approach, refusal, type Step } from '../task/runner.ts';
import type { RunContext } from '../types.ts';
import { Access } from './session.ts';
import type { HostState } from './state.ts';

/** A task that comes, unless something fails, is skipped or ends before it. */
interface Coming {
  readonly play: Play;
  readonly task: Task;
  /** The includes that bring it, outermost first. */
  readonly around: readonly Include[];
}

/**
 * Looks at what a host's coming tasks will ask of it: their checks run ahead, side by side, so that their reads share
 * round trips. What the checks find is thrown away; what they read stays in the host's cache until something changes.
 * Each task is then checked in its turn as if nothing had been, and finds its answers there.
 */
export class Lookahead {
  readonly #coming: readonly Coming[];
  readonly #places: ReadonlyMap<Task, number>;
  readonly #hosts: ReadonlyMap<Play, ReadonlySet<string>>;
  readonly #limit: number;
  readonly #run: () => RunContext;
  /** The task for which hosts are looked at, since when, and what had been changed then. */
  #pass: { readonly task: Task; readonly at: number; readonly changes: number } | undefined;

  constructor(run: () => RunContext, hosts: ReadonlyMap<Play, readonly string[]>, options: RunContext['options']) {
    this.#run = run;
    this.#limit = options.lookahead ?? Number.POSITIVE_INFINITY;
    this.#hosts = new Map([...hosts].map(([play, names]) => [play, new Set(names)]));
    this.#coming = [...hosts.keys()].flatMap((play) =>
      play.sections
        .flatMap((section) => section.flatMap((entry) => expected(play, entry)))
        .filter(({ task, around }) =>
          [task, ...around].every(({ tags }) => selected(tags, options.tags, options.skipTags)),
        ),
    );
    this.#places = new Map(this.#coming.map(({ task }, place) => [task, place]));
  }

  /**
   * Before a task is checked on a host: looks at it and at those that follow, unless that has been done. The first look
   * goes to the end of the run; after a change it goes one task far, then two, four …
   */
  async before(play: Play, task: Task, host: HostState): Promise<void> {
    const place = this.#places.get(task);
    if (place === undefined || this.#limit === 0) return;
    const { ahead, fleet } = host;
    const now = Date.now();
    const seen = ahead.changes === host.changes && place < ahead.upTo && now - ahead.at < fleet.fresh;
    if (seen) return;
    const window = Math.min(ahead.window, this.#limit);
    const tasks = this.#from(place, play, host.name, window);
    Object.assign(ahead, { upTo: place + window, at: now, changes: host.changes, window: ahead.window * 2 });
    if (tasks.length < 2) return;
    if (this.#pass?.task !== task || this.#pass.changes !== fleet.changes)
      this.#pass = { task, at: now, changes: fleet.changes };
    const pass = this.#pass;
    await this.#look(host, tasks);
    ahead.at = Date.now();
    if (pass.changes === fleet.changes) fleet.fresh = Math.max(fleet.fresh, 2 * (ahead.at - pass.at));
  }

  /** The next play that has anything to do, and the hosts that come to it first and are not in this one. */
  after(now: Play): { readonly play: Play; readonly hosts: readonly string[] } | undefined {
    if (this.#limit === 0) return undefined;
    const plays = [...this.#hosts.keys()];
    const later = new Set(plays.slice(plays.indexOf(now) + 1));
    const play = this.#coming.find((coming) => later.has(coming.play))?.play;
    if (!play) return undefined;
    const { serial } = termsOf(play, this.#run().world.extra);
    const [first = []] = batchesOf(serial, [...this.#hosts.get(play)!]);
    return { play, hosts: first.filter((name) => !this.#hosts.get(now)!.has(name)) };
  }

  /** The next tasks that are for this host, `count` places far at most. */
  #from(place: number, now: Play, host: string, count: number): readonly Coming[] {
    const meant = (play: Play): boolean => play === now || this.#hosts.get(play)!.has(host);
    return this.#coming.slice(place, place + count).filter(({ play }) => meant(play));
  }

  /** All at once; and each that hung on what an earlier one leaves, again as soon as that one has been looked at. */
  async #look(host: HostState, tasks: readonly Coming[]): Promise<void> {
    const foreseen = new Foreseen(this.#run(), host);
    for (const [i, { task }] of tasks.entries()) foreseen.announce(i, task);
    const untils = tasks.map(({ task }) => untilRun(task));
    const looks: Promise<void>[] = [];
    const attend = async (coming: Coming, i: number): Promise<void> => {
      let before: string | undefined;
      for (;;) {
        const reason = await this.#peek(host, coming, i, foreseen);
        if (reason === undefined || reason === before) return;
        before = reason;
        await Promise.all(looks.filter((_, n) => n < i && untils[n] === reason));
      }
    };
    for (const [i, coming] of tasks.entries()) looks.push(attend(coming, i));
    await Promise.all(looks);
  }

  /**
   * Why it cannot be looked at yet, where it hangs on what is not known. Whatever else goes wrong here will be told when
   * it is the task's turn.
   */
  async #peek(
    host: HostState,
    { play, task, around }: Coming,
    index: number,
    foreseen: Foreseen,
  ): Promise<string | undefined> {
    const run = this.#run();
    const world = foreseen.world(index);
    // A condition asks for one fact after another: they come along with the rest, at once.
    const named = factsIn(task);
    if (named.size > 0) readFacts(run, play, host.name, named, world.memory(host.name).facts).catch(() => undefined);
    if (task.variableFiles || task.module.once) return undefined; // about the controller
    if (task.settings.runOnce && run.world.batch[0] !== host.name) return undefined; // most likely another host's
    // Each with its own needs of facts, for they are evaluated side by side.
    const scopeWith = (locals?: ReadonlyMap<string, unknown>): HostScope =>
      new HostScope(world, host.host, new NeededFacts(), play, task, locals);
    const scope = scopeWith();
    const step: Step = { run, play, task, host, scope };
    try {
      for (const include of around) {
        const outside = new HostScope(world, host.host, new NeededFacts(), play, include);
        if (await evaluate(run, play, outside, () => firstFalse(include.when, outside))) return undefined;
      }
      if (!task.loop) {
        foreseen.learn(index, task, await peekOnce(step));
        return undefined;
      }
      const { loop } = task;
      const { items } = await itemsOf(run, play, scope, task, loop);
      await Promise.all(items.map((_, i) => peekOnce({ ...step, scope: scopeWith(loopVariables(loop, items, i)) })));
      return undefined;
    } catch (error) {
      return error instanceof UnknownValue ? error.reason : undefined;
    }
  }
}

/** The registered value and the variables that a step will leave, where it is skipped or will find nothing to do. */
interface Found {
  readonly registers: unknown;
  readonly facts: Readonly<Record<string, unknown>>;
}

async function peekOnce(step: Step): Promise<Found | undefined> {
  const { task } = step;
  const refused = await refusal(step);
  if (refused) return { registers: registered(skippedFor(refused)), facts: {} };
  const { args, footing } = await approach(step);
  const check = await look(task.module, args, new Access(footing, true));
  if (check.differences.length > 0 || task.changedWhen || task.failedWhen || task.until) return undefined;
  const { result, message } = check;
  const outcome = {
    status: 'ok',
    differences: [],
    ...(result && { result }),
    ...(message !== undefined && { message }),
  } as const;
  return { registers: registered(outcome), facts: check.facts ?? {} };
}

/** What will run if all goes well: no rescue, and of includes those that can mean one thing only. */
function expected(play: Play, entry: Entry, around: readonly Include[] = []): readonly Coming[] {
  const inside = (entries: readonly Entry[], includes = around) =>
    entries.flatMap((inner) => expected(play, inner, includes));
  if (entry.kind === 'task') return [{ play, task: entry, around }];
  if (entry.kind === 'block') return inside([...entry.block, ...entry.always]);
  if (entry.kind === 'meta' || entry.candidates.length !== 1) return [];
  return entry.candidates[0]!.checked?.lists.flatMap((list) => inside(list.entries, [...around, entry])) ?? [];
}

/** What coming tasks will know: the values of now, those that looked-at tasks will leave, and unknown for the rest. */
class Foreseen {
  readonly #run: RunContext;
  readonly #host: HostState;
  readonly #values = new Map<string, { readonly index: number; value: unknown }[]>();
  readonly #facts = new Map<string, Map<string, unknown>>();

  constructor(run: RunContext, host: HostState) {
    this.#run = run;
    this.#host = host;
  }

  /** In the order of the tasks: these names will have other values after it. */
  announce(index: number, task: Task): void {
    for (const name of namesSetBy(task)) {
      const values = this.#values.get(name) ?? [];
      this.#values.set(name, values);
      values.push({ index, value: new Unknown(untilRun(task)) });
    }
  }

  learn(index: number, task: Task, found: Found | undefined): void {
    if (!found) return;
    const values = new Map(Object.entries(found.facts));
    if (task.register !== undefined) values.set(task.register, found.registers);
    for (const [name, value] of values) {
      const slot = this.#values.get(name)?.find((s) => s.index === index);
      if (!slot || !(slot.value instanceof Unknown)) continue;
      slot.value = value;
    }
  }

  /** The world as the task at this index will see it. Facts that are read for it are its own: no other task's. */
  world(index: number): HostScope['inside']['world'] {
    const { world } = this.#run;
    const memories = new Map<string, HostMemory>();
    const memory = (name: string): HostMemory => {
      let known = memories.get(name);
      if (!known) memories.set(name, (known = this.#memory(name, index)));
      return known;
    };
    return { ...world, memory };
  }

  #memory(name: string, index: number): HostMemory {
    const state = this.#run.state(name);
    let facts = this.#facts.get(name);
    if (!facts) this.#facts.set(name, (facts = new Map(state.facts)));
    const { included, published, inPlay } = state;
    if (state !== this.#host) return { variables: state.variables, included, published, inPlay, facts };
    const ahead = (variable: string) => this.#values.get(variable)?.findLast((v) => v.index < index);
    const variables = {
      has: (variable: string) => ahead(variable) !== undefined || state.variables.has(variable),
      get: (variable: string) => {
        const slot = ahead(variable);
        return slot ? slot.value : state.variables.get(variable);
      },
      keys: () => new Set([...state.variables.keys(), ...this.#values.keys()]).keys(),
    };
    return { variables, included, published, inPlay, facts };
  }
}

/** The facts that a task names itself, of its own host or of any. */
function factsIn(task: Task): ReadonlySet<string> {
  const conditions = [...task.when, ...(task.changedWhen ?? []), ...(task.failedWhen ?? [])];
  const templates = [...task.args.values(), ...(task.loop ? [task.loop.over] : [])];
  const paths = [...conditions, ...templates].flatMap(({ references }) => references.map(({ path }) => path));
  return new Set(paths.flatMap((path) => path.filter((step, i) => path[i - 1] === 'facts' && factTable.has(step))));
}

const untilRun = (task: Task): string => `until '${task.name}' has run`;

function namesSetBy(task: Task): readonly string[] {
  return [
    ...(task.register === undefined ? [] : [task.register]),
    ...(task.module.setsVariables ? task.args.keys() : []),
  ];
}
