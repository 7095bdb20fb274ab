import { facts } from '../facts/facts.ts';
import type { Difference } from '../module/module.ts';
import { Unknown } from '../module/unknown.ts';
import type { Entry, Play, Task } from '../playbook/types.ts';
import type { HostCounts, Result } from '../run/events/event.ts';
import type { Occurrence, ReadObserver, RunPolicy, Step, TaskResult } from '../run/types.ts';
import type { Inputs } from '../source/inputs.ts';
import { formatPlace } from '../source/place.ts';
import type { SeenFact } from '../variables/needed-facts.ts';
import type { HostScope } from '../variables/scope.ts';
import type { Secrets } from '../vault/redaction.ts';
import type { PlannedHost, PlannedStep, Precondition } from './format.ts';
import type { Keyed } from './key.ts';
import { shownDifference, shownKey } from './shown.ts';
import { differencesDigest, Occurrences, stepId } from './steps.ts';

/** What is known of a step before its result is reported. */
interface Begun {
  loose?: true;
  differences?: readonly Difference[];
}

/** Records what a run in check mode would do, and the observations of hosts that this depends on. */
export class Recorder implements RunPolicy {
  readonly #keyed: Keyed;
  readonly #inputs: Inputs | undefined;
  readonly #occurrences: Occurrences;
  readonly #begun = new Map<string, Begun>();
  readonly #steps = new Map<string, PlannedStep[]>();
  readonly #preconditions = new Map<string, Map<string, Precondition>>();
  #count = 0;

  constructor(plays: Iterable<Play>, keyed: Keyed, inputs: Inputs | undefined) {
    this.#occurrences = new Occurrences(plays);
    this.#keyed = keyed;
    this.#inputs = inputs;
  }

  occurrence(play: Play, task: Task, host: string): string {
    return this.#occurrences.occurrence(play, task, host);
  }

  observer({ task, host }: Step, occurrence: Occurrence, quiet: boolean): ReadObserver {
    return {
      observed: (probe, value, { host: { name }, become }) => {
        // What a wait waits for happens by itself.
        if (probe.volatile || task.module.nature === 'wait') return;
        const id = this.#keyed.digest('rest', name, become?.user ?? '', probe.key);
        const words = { what: shownKey(probe.key), ...(probe.describe && { then: probe.describe(value) }) };
        this.#note(host.name, name, task, { id, value: this.#keyed.digest(value), ...(!quiet && words) });
      },
      missed: () => {
        this.#of(occurrence).loose = true;
      },
      localFile: (path, content) => this.#inputs?.note(path, content),
    };
  }

  fact(scope: HostScope, { host, name, value }: SeenFact, quiet: boolean): void {
    const { probe } = facts.get(name)!;
    if (probe.volatile || value instanceof Unknown) return;
    const id = this.#keyed.digest('rest', host, 'facts', probe.key);
    const words = { what: shownKey(probe.key), ...(probe.describe && { then: probe.describe(value) }) };
    const { entry, host: own } = scope.inside;
    this.#note(own.name, host, entry, { id, value: this.#keyed.digest(value), ...(!quiet && words) });
  }

  found(_step: Step, occurrence: Occurrence, differences: readonly Difference[]): undefined {
    this.#of(occurrence).differences ??= differences; // of several attempts the first
  }

  reported(
    result: Result,
    of: TaskResult,
    about: { occurrence: Occurrence | undefined; role: string | undefined; quiet: boolean },
  ): void {
    const { occurrence, role, quiet } = about;
    const begun = occurrence && this.#of(occurrence);
    const { message, item, differences } = result;
    const steps = this.#steps.get(result.host) ?? [];
    this.#steps.set(result.host, steps);
    const open = {
      ...(item !== undefined && { item }),
      ...(message !== undefined && message !== '' && { message }),
      ...(differences.length > 0 && { differences }),
    };
    steps.push({
      order: this.#count++,
      play: result.play,
      task: result.task,
      ...(role !== undefined && { role }),
      ...(result.handler && { handler: true }),
      place: formatPlace(result.place),
      status: result.status,
      ...(quiet ? { hidden: of.differences.length } : open),
      ...(occurrence && { id: stepId(this.#keyed, occurrence) }),
      ...(begun?.loose && { loose: true }),
      ...digestOf(begun, this.#keyed),
    });
  }

  /** Everything as it can be shown: by now every secret of the run is known. */
  hosts(counts: Readonly<Record<string, HostCounts>>, secrets: Secrets): Record<string, PlannedHost> {
    return Object.fromEntries(
      Object.entries(counts).map(([host, of]) => [
        host,
        {
          counts: of,
          steps: (this.#steps.get(host) ?? []).map((step) => shownStep(step, secrets)),
          preconditions: [...(this.#preconditions.get(host)?.values() ?? [])].map((one) =>
            shownPrecondition(one, secrets),
          ),
        },
      ]),
    );
  }

  #of({ at, item }: Occurrence): Begun {
    const key = `${at} ${item ?? ''}`;
    const begun = this.#begun.get(key) ?? {};
    this.#begun.set(key, begun);
    return begun;
  }

  /** Of several observations of the same the first counts. */
  #note(host: string, on: string, task: Pick<Entry, 'name' | 'place'> | undefined, precondition: Precondition): void {
    const known = this.#preconditions.get(host) ?? new Map<string, Precondition>();
    this.#preconditions.set(host, known);
    if (known.has(precondition.id)) return;
    const by = task && { task: task.name, place: formatPlace(task.place) };
    known.set(precondition.id, { ...precondition, ...(on !== host && { on }), ...by });
  }
}

function digestOf(begun: Begun | undefined, keyed: Keyed): { digest?: string } {
  const digest = begun?.differences && differencesDigest(keyed, begun.differences, begun.loose === true);
  return digest === undefined ? {} : { digest };
}

function shownStep({ differences, id, digest, ...step }: PlannedStep, secrets: Secrets): PlannedStep {
  return {
    ...secrets.value(step),
    place: step.place,
    ...(differences && { differences: differences.map((d) => shownDifference(d, secrets)) }),
    ...(id !== undefined && { id }),
    ...(digest !== undefined && { digest }),
  };
}

function shownPrecondition({ what, then, ...rest }: Precondition, secrets: Secrets): Precondition {
  return {
    ...rest,
    ...(what !== undefined && { what: secrets.text(what) }),
    ...(then !== undefined && { then: secrets.text(then) }),
  };
}
