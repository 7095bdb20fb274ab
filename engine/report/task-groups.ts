import type { Result, TaskStart } from '../run/events/event.ts';
import { formatPlace } from '../source/place.ts';
import { onOneLine } from './style.ts';

/** The results of one task, complete enough to print. */
export interface TaskResults {
  readonly title: string;
  readonly results: readonly Result[];
}

type Key = Pick<Result, 'role' | 'task' | 'handler'>;

interface Group {
  readonly key: Key;
  /** In the order in which they are shown. */
  hosts: readonly string[];
  readonly results: Result[];
  readonly answered: Set<string>;
  /** Failed or unreachable, and so not starting another task. */
  readonly lost: Set<string>;
}

export function titleOf({ role, task, handler }: Key): string {
  return `${onOneLine(`${role === undefined ? '' : `${role} : `}${task}`)}${handler ? ' (handler)' : ''}`;
}

/**
 * Puts each result with its own task, in whatever order the events arrive. If hosts run in step, a task is complete when
 * the next one starts. With `strategy: free`, tasks overlap: one is complete when all its hosts have gone on or are lost.
 */
export class TaskGroups {
  #open: Group[] = [];
  /** The task that each host has started last. */
  readonly #current = new Map<string, Group>();
  #playHosts: readonly string[] = [];
  /** Whether a task of this play has started before another host's had a result. */
  #overlapping = false;

  /** Returns what is left of the play before. */
  startPlay(hosts: readonly string[]): readonly TaskResults[] {
    this.#playHosts = hosts;
    this.#overlapping = false;
    return this.takeAll();
  }

  /** Returns the tasks that are complete now. */
  start(event: TaskStart): readonly TaskResults[] {
    this.#overlapping ||= this.#open.some((group) => isUnanswered(group) && isDisjoint(group, event.hosts));
    const before = this.#overlapping ? [] : this.takeAll();
    const known = this.#overlapping
      ? this.#open.find((group) => isSame(group.key, event) && isDisjoint(group, event.hosts))
      : undefined;
    const group = known ?? this.#add(event, []);
    group.hosts = known ? this.#inPlayOrder([...known.hosts, ...event.hosts]) : event.hosts;
    for (const host of event.hosts) this.#current.set(host, group);
    const isLeft = (host: string, of: Group): boolean => of.lost.has(host) || this.#current.get(host) !== of;
    const complete = this.#open.filter((one) => one !== group && one.hosts.every((host) => isLeft(host, one)));
    return [...before, ...this.#take(complete)];
  }

  add(result: Result): void {
    const current = this.#current.get(result.host);
    // a result without a role is of any task of its name
    const isOf = ({ key }: Group): boolean =>
      isSame(result.role === undefined ? { ...key, role: undefined } : key, result);
    const group =
      current && this.#open.includes(current) && isOf(current)
        ? current
        : (this.#open.findLast(isOf) ?? this.#add(result, [result.host]));
    group.results.push(result);
    group.answered.add(result.host);
    if ((result.status === 'failed' || result.status === 'unreachable') && !result.ignored) group.lost.add(result.host);
  }

  /** Everything that is left, complete or not. */
  takeAll(): readonly TaskResults[] {
    return this.#take(this.#open);
  }

  #add({ role, task, handler }: Key, hosts: readonly string[]): Group {
    const key = { task, ...(role !== undefined && { role }), ...(handler && { handler }) };
    const group: Group = { key, hosts, results: [], answered: new Set(), lost: new Set() };
    this.#open.push(group);
    return group;
  }

  #take(groups: readonly Group[]): readonly TaskResults[] {
    this.#open = this.#open.filter((group) => !groups.includes(group));
    return groups.flatMap(({ key, hosts, results }) => {
      const byPlace = new Map<string, Result[]>(); // tasks of the same name
      for (const result of results.toSorted((a, b) => hosts.indexOf(a.host) - hosts.indexOf(b.host))) {
        const place = `${result.play}\n${formatPlace(result.place)}`;
        const of = byPlace.get(place) ?? [];
        of.push(result);
        byPlace.set(place, of);
      }
      return [...byPlace.values()].map((of) => ({ title: titleOf(key), results: of }));
    });
  }

  #inPlayOrder(hosts: readonly string[]): readonly string[] {
    return hosts.toSorted((a, b) => this.#playHosts.indexOf(a) - this.#playHosts.indexOf(b));
  }
}

function isSame(a: { readonly role?: string | undefined } & Omit<Key, 'role'>, b: Key): boolean {
  return a.role === b.role && a.task === b.task && a.handler === b.handler;
}

function isUnanswered({ hosts, answered }: Group): boolean {
  return hosts.some((host) => !answered.has(host));
}

function isDisjoint(group: Group, hosts: readonly string[]): boolean {
  return !group.hosts.some((host) => hosts.includes(host));
}
