import type { Result } from '../../../engine/run/events/event.ts';
import type { Written } from '../../lab/cluster.ts';
import type { Ground } from '../ground.ts';
import { judge } from './judge.ts';
import type { Fault } from './kinds.ts';
import type { Arrival, Moment, Order } from './messages.ts';
import { Session } from './session.ts';
import type { Likeness, Reference } from './state.ts';

/** A fault at a moment of a step, and what came of it. */
export interface Cell {
  readonly step: string;
  readonly moment: Moment;
  /** `passed`: the run bore it. `told`: the run said what was wrong, and ended. */
  outcome?: 'passed' | 'told' | 'killed';
  readonly problems: string[];
}

export interface Stage {
  readonly ground: Ground;
  readonly order: Order;
  readonly reference: Reference;
  readonly likeness: Likeness;
  /** Whether hosts are compared at each step; if not, only at the end (several hosts at once are in many states). */
  readonly stepwise: boolean;
  readonly say: (text: string) => void;
}

/** Everything that an undisturbed run on fresh hosts writes, step by step. */
export async function undisturbed(ground: Ground, order: Order, stepwise: boolean): Promise<Reference> {
  const before = new Map<string, Written>();
  const changing = new Set<string>();
  const modules = new Map<string, string>();
  const session = new Session(order);
  try {
    for (;;) {
      const report = await session.next();
      if (!report) throw new Error(`the undisturbed run died: ${session.printed}`);
      if (report.is === 'arrival') {
        if (report.moment === 'start') before.set(report.step, stepwise ? await ground.written() : new Map());
        session.say('go');
      } else if (report.is === 'result') {
        const { result, step } = report;
        modules.set(step, result.module);
        if (result.status === 'changed') changing.add(step);
        if (isFailure(result)) throw new Error(`the undisturbed run failed: ${step}: ${JSON.stringify(result)}`);
      } else {
        if (report.exit !== 0) throw new Error(`the undisturbed run ended with ${report.exit}: ${report.thrown ?? ''}`);
        return { order: [...before.keys()], changing, modules, before, end: await ground.written() };
      }
    }
  } finally {
    await session.kill();
  }
}

export const isFailure = ({ status, ignored, rescued }: Result): boolean =>
  (status === 'failed' || status === 'unreachable') && !ignored && !rescued;

/** All cells of a fault: one run after the other, on hosts that are reset once, each disturbed at the first moment that is still open. */
export async function walk(stage: Stage, fault: Fault, steps: readonly string[]): Promise<readonly Cell[]> {
  const walker = new Walker(stage, fault, steps);
  while (await walker.run());
  return walker.cells;
}

class Walker {
  readonly cells: readonly Cell[];
  readonly #stage: Stage;
  readonly #fault: Fault;
  readonly #open: Map<string, Cell>;
  /** Disturbed, and not yet compared with the undisturbed run. */
  #waiting: Cell[] = [];
  /** Failed runs without a new fault, one after the other. */
  #rounds = 0;
  #taken = 0;

  constructor(stage: Stage, fault: Fault, steps: readonly string[]) {
    this.#stage = stage;
    this.#fault = fault;
    const { changing } = stage.reference;
    this.cells = steps.flatMap((step) =>
      (changing.has(step) ? fault.moments : (['start'] as const)).map(
        (moment): Cell => ({ step, moment, problems: [] }),
      ),
    );
    this.#open = new Map(this.cells.map((cell) => [`${cell.step}\n${cell.moment}`, cell]));
  }

  /** One run. False if there is nothing left to try. */
  async run(): Promise<boolean> {
    const { ground, order, say } = this.#stage;
    const session = new Session(order);
    const results: Result[] = [];
    let active: { readonly cell: Cell; readonly host: string } | undefined;
    const left = this.#open.size;
    let exit: number | undefined;
    for (;;) {
      const report = await session.next();
      if (!report) break;
      if (report.is === 'result') {
        results.push(report.result);
        continue;
      }
      if (report.is === 'end') {
        exit = report.exit;
        if (report.thrown !== undefined)
          (active?.cell ?? this.#waiting[0])?.problems.push(`an exception: ${report.thrown}`);
        break;
      }
      if (report.moment === 'start' && active && report.step !== active.cell.step) {
        await this.#fault.end(ground, active.host);
        if (this.#fault.clock) session.say('right');
        if (!results.some(isFailure)) active.cell.outcome = 'passed';
        this.#waiting.push(active.cell);
        active = undefined;
      }
      if (report.moment === 'start') await this.#compareAt(report.step);
      const cell = this.#take(report);
      if (cell) {
        const host = report.hosts[this.#taken++ % report.hosts.length]!;
        say(`${cell.step}: ${cell.moment} on ${host}`);
        if (this.#fault.kills) {
          cell.outcome = 'killed';
          await session.kill();
          await this.#aftermath(cell);
          return true;
        }
        if (active) await this.#fault.end(ground, active.host);
        await this.#fault.begin(ground, host);
        if (this.#fault.clock) session.say('a year ahead');
        active = { cell, host };
      }
      session.say('go');
    }
    await session.kill();
    if (active) {
      await this.#fault.end(ground, active.host);
      const failures = results.filter(isFailure);
      active.cell.outcome = failures.length > 0 || exit !== 0 ? 'told' : 'passed';
      if (active.cell.outcome === 'told') active.cell.problems.push(...judge(this.#fault, failures, exit));
      for (const { message } of failures) say(`  ${message}`);
      await this.#aftermath(active.cell);
    } else if (exit !== 0) {
      const why = results
        .filter(isFailure)
        .map(({ task, message, failure }) => `${task}: ${message} ${failure?.stderr ?? ''}`);
      const text = `the next run fails: ${why.join('; ') || session.printed.slice(-1000)}`;
      const blamed = this.#waiting.at(-1) ?? this.cells.at(-1);
      blamed?.problems.push(text);
      say(`  ${text}`);
      this.#waiting = [];
      // Try twice, then give up.
      if (this.#rounds++ > 1) return false;
      return true;
    }
    if (exit === 0) await this.#compareEnd();
    return this.#open.size > 0 ? this.#open.size < left : this.#waiting.length > 0;
  }

  #take({ step, moment }: Arrival): Cell | undefined {
    const key = `${step}\n${moment}`;
    const cell = this.#open.get(key);
    this.#open.delete(key);
    if (cell) this.#rounds = 0;
    return cell;
  }

  /** Directly after a fault: nothing of ours is left, and each file is the old one or the new one. */
  async #aftermath(cell: Cell): Promise<void> {
    const { ground, reference, likeness, stepwise } = this.#stage;
    const left = await Promise.all(ground.names.map(async (host) => ({ host, ...(await remains(ground, host)) })));
    for (const { host, processes, files } of left) {
      if (processes !== '') cell.problems.push(`processes left on ${host}: ${processes}`);
      // Nobody can remove anything from a host that has no power; the next run does.
      if (files !== '' && this.#fault.about !== 'host powered off' && this.#fault.about !== 'host rebooted')
        cell.problems.push(`files left on ${host}: ${files}`);
    }
    const old = reference.before.get(cell.step);
    const next = this.#nextOf(cell.step);
    // dpkg puts its own house in order: see the state after the next run.
    if (stepwise && old && reference.modules.get(cell.step) !== 'apt') {
      const halves = likeness.unlike(
        await ground.written(),
        old,
        next === undefined ? reference.end : reference.before.get(next)!,
      );
      if (halves.length > 0) cell.problems.push(`neither old nor new: ${halves.join(', ')}`);
    }
    this.#waiting.push(cell);
  }

  #nextOf(step: string): string | undefined {
    const { order } = this.#stage.reference;
    return order[order.indexOf(step) + 1];
  }

  async #compareAt(step: string): Promise<void> {
    const { ground, reference, likeness, say, stepwise } = this.#stage;
    if (!stepwise) return;
    const due = this.#waiting.filter((cell) => this.#nextOf(cell.step) === step);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((cell) => !due.includes(cell));
    const unlike = likeness.unlike(await ground.written(), reference.before.get(step)!);
    if (unlike.length === 0) return;
    say(`  differs: ${unlike.join(', ')}`);
    for (const cell of due) cell.problems.push(`then differs from an undisturbed run: ${unlike.join(', ')}`);
  }

  async #compareEnd(): Promise<void> {
    const { ground, reference, likeness, say } = this.#stage;
    const unlike = likeness.unlike(await ground.written(), reference.end);
    if (unlike.length > 0) {
      say(`  at the end differs: ${unlike.join(', ')}`);
      const last = this.#waiting.at(-1) ?? this.cells.at(-1);
      last?.problems.push(`at the end differs from an undisturbed run: ${unlike.join(', ')}`);
    }
    this.#waiting = [];
  }
}

/** What a run has left on a host: waits until its processes have ended. */
async function remains(ground: Ground, host: string): Promise<{ readonly processes: string; readonly files: string }> {
  const ours = "pgrep -a -f '[w]hile read -r size|^sshd: [a-z]+[@ ]|^sudo ' || :";
  let processes = '';
  for (let i = 0; i < 100; i++) {
    processes = (await ground.exec(host, ours)).trim();
    if (processes === '') break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const files = (
    await ground.exec(
      host,
      "find / /tmp /run /dev/shm -xdev \\( -name '.tsplay*' -o -name 'tsplay*' -not -path '*/tsplay-demo*' -not -name 'tsplay-*demo*' \\) -not -path '/proc/*' 2>/dev/null || :",
    )
  ).trim();
  return {
    processes,
    files: files
      .split('\n')
      .filter((line) => !/tsplay-demo|tsplay-lab|^\/tmp\/tsplay-async-\d+$/.test(line))
      .join(', '),
  };
}
