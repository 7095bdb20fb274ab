import type { Difference } from '../module/module.ts';
import type { Play, Task } from '../playbook/types.ts';
import type { Result } from '../run/events/event.ts';
import type { Occurrence, RunPolicy, Step, TaskResult } from '../run/types.ts';
import { formatPlace } from '../source/place.ts';
import type { Plan, PlannedStep } from './format.ts';
import type { Keyed } from './key.ts';
import { differencesDigest, Occurrences, stepId } from './steps.ts';

/** Why a host is blocked. */
export interface BlockedHost {
  readonly status: 'failed' | 'unreachable';
  readonly message: string;
}

/** Enforces a plan: a step that would do anything that was not planned is refused before it does it. */
export class Enforcer implements RunPolicy {
  readonly #keyed: Keyed;
  readonly #occurrences: Occurrences;
  readonly #blocked: ReadonlyMap<string, BlockedHost>;
  readonly #steps = new Map<string, PlannedStep>();
  /** Tasks of a host whose number of runs or items is unknown, by place. */
  readonly #open = new Set<string>();
  /** Planned changes that have not been made, by the ids of their steps. */
  readonly #due = new Map<string, { readonly host: string; readonly step: PlannedStep }>();

  constructor(plays: Iterable<Play>, plan: Plan, keyed: Keyed, blocked: ReadonlyMap<string, BlockedHost>) {
    this.#occurrences = new Occurrences(plays);
    this.#keyed = keyed;
    this.#blocked = blocked;
    for (const [host, { steps }] of Object.entries(plan.hosts))
      for (const step of steps) {
        if (step.status === 'unknown') this.#open.add(`${host} ${step.place}`);
        if (step.id === undefined) continue;
        this.#steps.set(step.id, step);
        if (step.status === 'changed') this.#due.set(step.id, { host, step });
      }
  }

  occurrence(play: Play, task: Task, host: string): string {
    return this.#occurrences.occurrence(play, task, host);
  }

  blocked(host: string): BlockedHost | undefined {
    return this.#blocked.get(host);
  }

  found({ host, task }: Step, occurrence: Occurrence, differences: readonly Difference[]): string | undefined {
    if (this.#open.has(`${host.name} ${formatPlace(task.place)}`)) return undefined;
    const planned = this.#steps.get(stepId(this.#keyed, occurrence));
    const digest = differencesDigest(this.#keyed, differences, planned?.loose === true);
    if (digest === undefined || digest === planned?.digest) return undefined;
    const what = [...new Set(differences.map((d) => d.what))].join(', ');
    if (!planned) return `not in the plan: it would change ${what}`;
    if (planned.digest === undefined) return `not as planned: nothing was to be changed, but now ${what} would be`;
    return `not as planned: it would now change ${what} in another way`;
  }

  reported(
    { status, ignored }: Result,
    _outcome: TaskResult,
    { occurrence }: { readonly occurrence: Occurrence | undefined },
  ): void {
    if (occurrence && (status === 'changed' || ignored)) this.#due.delete(stepId(this.#keyed, occurrence));
  }

  /** Planned changes that were not made, by host. */
  get left(): ReadonlyMap<string, readonly PlannedStep[]> {
    const left = new Map<string, PlannedStep[]>();
    for (const { host, step } of this.#due.values()) left.set(host, [...(left.get(host) ?? []), step]);
    return left;
  }
}
