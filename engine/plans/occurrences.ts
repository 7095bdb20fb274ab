import type { Play, Task } from '../playbook/types.ts';
import { formatPlace } from '../source/place.ts';

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
