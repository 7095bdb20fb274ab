import { labStatus, labUp } from '../../../engine/lab/lab.ts';
import type { Result } from '../../../engine/run/events/event.ts';
import type { Ground } from '../ground.ts';
import { remains } from './aftermath.ts';
import { judge } from './judge.ts';
import type { Fault } from './kinds.ts';
import type { Arrival, Moment, Order } from './messages.ts';
import { Session } from './session.ts';
import { isFailure, type Likeness, type Reference } from './state.ts';

/** A fault at a moment of a step, and what came of it. */
export interface Cell {
  readonly step: string;
  readonly moment: Moment;
  /** `borne`: the run went on. `told`: it said what was wrong. Missing: no run came to this moment. */
  outcome?: 'borne' | 'told' | 'killed';
  readonly problems: string[];
}

export interface Stage {
  readonly ground: Ground;
  readonly order: Order;
  readonly reference: Reference;
  readonly likeness: Likeness;
  /** Whether hosts are compared at each step; if not, only at the end: several hosts at once are in many states. */
  readonly stepwise: boolean;
  readonly say: (text: string) => void;
}

/**
 * All cells of a fault, on hosts that are fresh once: one run after the other, each disturbed at moments that are still
 * open, until a run gets to its end.
 */
export async function walk(stage: Stage, fault: Fault, steps: readonly string[]): Promise<readonly Cell[]> {
  const series = new Walk(stage, fault, steps);
  // A run that fails without a new fault is tried once more.
  for (let failed = 0; failed < 2; ) {
    const run = await series.run();
    if (run === 'ended') break;
    failed = run === 'failed' ? failed + 1 : 0;
  }
  return series.cells;
}

/** A fault that has begun, in a cell, on a host. */
interface Active {
  readonly cell: Cell;
  readonly host: string;
}

class Walk {
  readonly cells: readonly Cell[];
  readonly #stage: Stage;
  readonly #fault: Fault;
  readonly #open: Map<string, Cell>;
  /** Disturbed, and not yet compared with the undisturbed run. */
  #waiting: Cell[] = [];
  #taken = 0;

  constructor(stage: Stage, fault: Fault, steps: readonly string[]) {
    this.#stage = stage;
    this.#fault = fault;
    this.cells = steps.flatMap((step) => {
      const seen = stage.reference.moments.get(step) ?? [];
      const at = fault.moments.filter((moment) => seen.includes(moment));
      return (at.length > 0 ? at : (['start'] as const)).map((moment): Cell => ({ step, moment, problems: [] }));
    });
    this.#open = new Map(this.cells.map((cell) => [keyOf(cell), cell]));
  }

  /** One run: `ended` if it came to its end and nothing was left to try, `failed` if it failed without a new fault. */
  async run(): Promise<'ended' | 'failed' | 'disturbed'> {
    const taken = this.#taken;
    const session = new Session(this.#stage.order);
    const results: Result[] = [];
    let active: Active | undefined;
    let end: { readonly exit: number; readonly thrown?: string } | undefined;
    try {
      for (let report = await session.next(); report; report = await session.next()) {
        if (report.is === 'result') results.push(report.result);
        if (report.is === 'end') {
          end = report;
          break;
        }
        if (report.is !== 'arrival') continue;
        if (active && !results.some(isFailure) && report.moment === 'start' && report.step !== active.cell.step) {
          await this.#end(active, session);
          active.cell.outcome = 'borne';
          this.#waiting.push(active.cell);
          active = undefined;
        }
        if (report.moment === 'start') await this.#compareBefore(report.step);
        if (report.moment === 'before' && this.#open.has(keyOf({ ...report, moment: 'during' })))
          await this.#fault.arm?.(this.#stage.ground, this.#victim(report.hosts));
        const host = this.#victim(report.hosts);
        const cell = active ? undefined : this.#take(report);
        if (cell) this.#stage.say(`${cell.step} (${cell.moment}) on ${host}`);
        if (cell && this.#fault.kills) {
          cell.outcome = 'killed';
          await session.kill();
          await this.#aftermath(cell);
          return 'disturbed';
        }
        if (cell) active = await this.#begin(cell, host, session);
        session.say('go');
      }
    } finally {
      await session.kill();
    }
    const failures = results.filter(isFailure);
    if (active) await this.#judge(active, failures, end);
    else if (end?.exit !== 0 && (await this.#revive())) return 'disturbed';
    else if (end?.exit !== 0) this.#unexpected(failures, end?.thrown ?? session.printed);
    if (end?.exit === 0) await this.#compareEnd();
    if (this.#taken > taken) return this.#open.size > 0 || this.#waiting.length > 0 ? 'disturbed' : 'ended';
    return end?.exit === 0 ? 'ended' : 'failed';
  }

  #take({ step, moment }: Arrival): Cell | undefined {
    const cell = this.#open.get(keyOf({ step, moment }));
    if (!cell) return undefined;
    this.#open.delete(keyOf(cell));
    this.#taken++;
    return cell;
  }

  #victim(hosts: readonly string[]): string {
    return hosts[this.#taken % hosts.length]!;
  }

  async #begin(cell: Cell, host: string, session: Session): Promise<Active> {
    await this.#fault.begin(this.#stage.ground, host);
    if (this.#fault.clock) session.say('a year ahead');
    return { cell, host };
  }

  async #end({ host }: Active, session?: Session): Promise<void> {
    await this.#fault.end(this.#stage.ground, host);
    if (this.#fault.clock) session?.say('right');
  }

  /** A run that was disturbed has ended. */
  async #judge(active: Active, failures: readonly Result[], end?: { exit: number; thrown?: string }): Promise<void> {
    const { cell, host } = active;
    await this.#end(active);
    await this.#revive();
    for (const { task, message } of failures) this.#stage.say(`  ${task}: ${message}`);
    cell.outcome = failures.length > 0 || end?.exit !== 0 ? 'told' : 'borne';
    if (end?.thrown !== undefined) cell.problems.push(`an exception: ${end.thrown}`);
    if (cell.outcome === 'told') cell.problems.push(...judge(this.#fault, host, failures, end?.exit));
    await this.#aftermath(cell);
  }

  /** Whether hosts had been stopped by another command of the lab: they are started again, on their disks. */
  async #revive(): Promise<boolean> {
    const { options } = this.#stage.ground;
    const states = await labStatus(options);
    if (states.every(({ state }) => state === 'running')) return false;
    this.#stage.say('  another command has stopped hosts: starting them again');
    await labUp(options);
    return true;
  }

  #unexpected(failures: readonly Result[], printed: string): void {
    const why = failures.map(
      ({ task, host, message, failure }) => `${host}: ${task}: ${message} ${failure?.stderr ?? ''}`,
    );
    const text = `the next run fails: ${why.join('; ') || printed.slice(-1000)}`;
    this.#stage.say(`  ${text}`);
    (this.#waiting.at(-1) ?? this.cells.at(-1))?.problems.push(text);
  }

  /** Directly after a fault: nothing of ours is left, and each file is the old one or the new one. */
  async #aftermath(cell: Cell): Promise<void> {
    const { ground, reference, likeness, stepwise } = this.#stage;
    this.#waiting.push(cell);
    const written = await ground.written();
    for (const host of ground.names) cell.problems.push(...(await remains(ground, host, written, this.#fault)));
    const [old, next] = [reference.before.get(cell.step), this.#nextOf(cell.step)];
    // dpkg puts its own house in order: see the state after the next run.
    if (!stepwise || !old || reference.modules.get(cell.step) === 'apt') return;
    const halves = likeness
      .unlike(written, old, next === undefined ? reference.end : reference.before.get(next)!)
      .filter((line) => !(this.#fault.stops && line.includes('/.tsplay.')));
    if (halves.length > 0) cell.problems.push(`neither old nor new: ${halves.join(', ')}`);
  }

  #nextOf(step: string): string | undefined {
    const { order } = this.#stage.reference;
    return order[order.indexOf(step) + 1];
  }

  /** Steps that were disturbed and done again must have left the same as without a fault. */
  async #compareBefore(step: string): Promise<void> {
    const { ground, reference, likeness, stepwise } = this.#stage;
    const due = stepwise ? this.#waiting.filter((cell) => this.#nextOf(cell.step) === step) : [];
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((cell) => !due.includes(cell));
    this.#differ(due, likeness.unlike(await ground.written(), reference.before.get(step)!));
  }

  async #compareEnd(): Promise<void> {
    const { ground, reference, likeness } = this.#stage;
    const due = this.#waiting.length > 0 ? this.#waiting : this.cells.slice(-1);
    this.#waiting = [];
    this.#differ(due, likeness.unlike(await ground.written(), reference.end));
  }

  #differ(cells: readonly Cell[], unlike: readonly string[]): void {
    if (unlike.length === 0) return;
    this.#stage.say(`  differs: ${unlike.join(', ')}`);
    for (const cell of cells) cell.problems.push(`then differs from an undisturbed run: ${unlike.join(', ')}`);
  }
}

const keyOf = ({ step, moment }: Pick<Cell, 'step' | 'moment'>): string => `${step}\n${moment}`;
