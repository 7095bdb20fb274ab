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

/** How many complete tasks wait for slower hosts. */
const mostHeld = 10;

export function titleOf({ role, task, handler }: Key): string {
  return `${onOneLine(`${role === undefined ? '' : `${role} : `}${task}`)}${handler ? ' (handler)' : ''}`;
}

/**
 * Puts each result with its own task, in whatever order the events arrive. If hosts run in step, a task is complete when
 * the next one starts. With `strategy: free`, tasks overlap: a task is complete when all its hosts have
 * gone on or are lost.
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
    return [...before, ...this.#take(this.#due())];
  }

  add(result: Result): void {
    const group = this.#openGroupOf(result) ?? this.#late(result);
    group.results.push(result);
    group.answered.add(result.host);
    if ((result.status === 'failed' || result.status === 'unreachable') && !result.ignored) group.lost.add(result.host);
  }

  /** Everything that is left, complete or not. */
  takeAll(): readonly TaskResults[] {
    return this.#take(this.#open);
  }

  /** The complete tasks, but for those that slower hosts may come to soon: tasks after an incomplete one wait a while. */
  #due(): readonly Group[] {
    const isComplete = (group: Group): boolean =>
      group.hosts.every((host) => group.lost.has(host) || this.#current.get(host) !== group);
    const complete = this.#open.filter(isComplete);
    if (complete.length > mostHeld) return complete;
    const incomplete = this.#open.findIndex((group) => !isComplete(group));
    return incomplete < 0 ? complete : this.#open.slice(0, incomplete);
  }

  #add({ role, task, handler }: Key, hosts: readonly string[]): Group {
    const key = { task, ...(role !== undefined && { role }), ...(handler && { handler }) };
    const group: Group = { key, hosts, results: [], answered: new Set(), lost: new Set() };
    this.#open.push(group);
    return group;
  }

  #openGroupOf(result: Result): Group | undefined {
    const current = this.#current.get(result.host);
    const open = current && this.#open.includes(current);
    if (open && (!this.#overlapping || isOf(result, current))) return current;
    return this.#open.findLast((group) => isOf(result, group));
  }

  /** For a result whose task is printed already: the rest of a loop. */
  #late(result: Result): Group {
    this.#overlapping = true;
    const group = this.#add(result, [result.host]);
    this.#current.set(result.host, group);
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

/** A result that names no role is of any task of its name. */
function isOf(result: Result, { key }: Group): boolean {
  return isSame(result.role === undefined ? { ...key, role: undefined } : key, result);
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
