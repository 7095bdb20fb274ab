import type { Difference } from '../module/module.ts';
import type { Play, Task } from '../playbook/types.ts';
import type { Occurrence } from '../run/types.ts';
import { formatPlace } from '../source/place.ts';
import type { Keyed } from './key.ts';

/** Counts the occurrences of each task on each host: roles used twice, includes, handlers that run again. */
export class Occurrences {
  readonly #plays: readonly Play[];
  readonly #counts = new Map<string, number>();

  constructor(plays: Iterable<Play>) {
    this.#plays = [...plays];
  }

  occurrence(play: Play, task: Task, host: string): string {
    const at = `${host} ${this.#plays.indexOf(play)} ${formatPlace(task.place)}`;
    const times = (this.#counts.get(at) ?? 0) + 1;
    this.#counts.set(at, times);
    return `${at} ${times}`;
  }
}

export function stepId(keyed: Keyed, { at, item }: Occurrence): string {
  return keyed.digest('step', at, item ?? null);
}

/** The digest of the differences that a plan binds; undefined if there are none. Loose: only what differs, not how. */
export function differencesDigest(
  keyed: Keyed,
  differences: readonly Difference[],
  loose: boolean,
): string | undefined {
  const held = differences.filter((d) => !d.volatile);
  if (held.length === 0) return undefined;
  if (loose) return keyed.digest(...held.map(({ what }) => what).sort());
  return keyed.digest(...held.map(({ what, from, to }) => [what, from, to]));
}
