import { selected } from '../../playbook/tags.ts';
import type { Handler, Play } from '../../playbook/types.ts';
import { systemProblem } from '../../source/system-error.ts';
import type { Emit, PendingHandler } from '../events/event.ts';
import type { HostState, PendingHandlers, Position, Reported } from '../types.ts';
import type { Notifier, Pending, PendingFiles } from './pending-files.ts';

interface Options {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  /** Nothing is taken over or written: check mode. */
  readonly check: boolean;
  readonly forgetHandlers?: boolean;
}

/**
 * Keeps pending handlers in a file, from the moment they are notified until they have run without a failure. What a run
 * that failed, was interrupted or died has left joins what the next run notifies: on a host it is notified again when the
 * task that notified it comes by, or at the end of the section of that task. So it runs where it would have run, after
 * what may mend the cause of its failure; and only in a run that includes its play and its tags.
 */
export class PendingHandlerFile implements PendingHandlers {
  readonly #files: PendingFiles | undefined;
  readonly #plays: readonly Play[];
  readonly #options: Options;
  readonly #emit: Emit;
  readonly #pending = new Map<string, Pending>();
  /** What is left of earlier runs and has not joined yet. */
  readonly #earlier = new Map<string, Pending>();
  /** What the changes under way will notify. */
  readonly #expected = new Map<string, { readonly pending: Pending; readonly task: string }>();
  #due: NodeJS.Immediate | undefined;

  /** Without files nothing is kept. `plays`: all of the playbook. */
  constructor(files: PendingFiles | undefined, plays: readonly Play[], options: Options, emit: Emit) {
    this.#files = files;
    this.#plays = plays;
    this.#options = options;
    this.#emit = emit;
    if (files) this.#attempt(() => this.#resume(files));
  }

  notified(at: Position, handler: Handler, host: string, task: Reported): void {
    if (this.#add(this.#pending, this.#pendingOf(at, handler, host, task))) this.#changed();
  }

  expected(at: Position, handlers: readonly Handler[], host: string, task: Reported): void {
    if (!this.#files || this.#options.check) return;
    const fresh = handlers
      .map((handler) => this.#pendingOf(at, handler, host, task))
      .filter((pending) => isNews(this.#pending, pending));
    if (fresh.length === 0) return;
    for (const pending of fresh) this.#expected.set(keyOf(pending), { pending, task: titleOf(task) });
    this.#changed();
    this.#write(); // now: the next thing that happens may be the end of this process
  }

  /** It has run on the host, or no longer needs to. */
  done(play: Play, handler: Handler, host: string): void {
    const key = keyOf(this.#of(play, handler, host));
    this.#earlier.delete(key);
    if (this.#pending.delete(key)) this.#changed();
  }

  passed({ play }: Position, task: Reported, host: HostState, lost: boolean): void {
    const name = titleOf(task);
    for (const [key, { pending, task: by }] of this.#expected) {
      if (pending.host !== host.name || by !== name) continue;
      this.#expected.delete(key);
      if (lost) this.#add(this.#pending, pending);
      this.#changed();
    }
    if (this.#earlier.size === 0) return;
    this.#join(play, [host], ({ by }) => by.some((notifier) => notifier.task === name));
  }

  /** A section of the play ends on these hosts: what earlier runs have notified in it joins. */
  join(play: Play, section: number, hosts: readonly HostState[]): void {
    if (this.#earlier.size > 0)
      this.#join(play, hosts, (pending) => pending.section <= section && this.#isSelected(pending));
  }

  /** Warns about and drops what can no longer run: its play, handler or host is gone. */
  dropMissing(mayHaveHost: (name: string) => boolean): void {
    for (const pending of this.#pending.values()) {
      const play = this.#plays.find((p) => this.#isOf(p, pending));
      const why = !play
        ? 'the playbook no longer has this play'
        : !play.handlers.some((handler) => nameOf(handler) === pending.handler)
          ? 'the play no longer has this handler'
          : mayHaveHost(pending.host)
            ? undefined
            : 'the inventory no longer has this host';
      if (why === undefined) continue;
      this.#warn(`${pending.host}: ${describe(pending)} is pending from an earlier run, and dropped: ${why}`);
      this.#pending.delete(keyOf(pending));
      this.#earlier.delete(keyOf(pending));
      this.#changed();
    }
  }

  /** Says which handlers of earlier runs this play will run on these hosts. */
  announce(play: Play, hosts: readonly HostState[]): void {
    const names = new Set(hosts.map((host) => host.name));
    const due = [...this.#earlier.values()].filter(
      (pending) => this.#isOf(play, pending) && names.has(pending.host) && this.#isSelected(pending),
    );
    for (const { handler, hosts: where } of grouped(due))
      this.#warn(
        `${where.join(', ')}: ${describe({ play: play.name, handler })} is pending from an earlier run: it runs in this one`,
      );
  }

  /** Makes sure that all is written. Returns what is left for the next run. */
  close(): readonly PendingHandler[] {
    if (!this.#files || this.#options.check) return [];
    this.#write();
    this.#attempt(() => this.#files?.leave());
    return grouped([...this.#pending.values()]);
  }

  #resume(files: PendingFiles): void {
    const { pending, runs, damaged } = this.#options.check ? files.read() : files.take();
    for (const path of damaged) this.#warn(`the file of pending handlers is damaged and was ignored: ${path}`);
    for (const pid of runs)
      this.#warn(
        `another run of this playbook on this inventory is in progress (process ${pid}): the handlers it has notified are left to it`,
      );
    if (this.#options.forgetHandlers) {
      for (const { play, handler, hosts } of grouped(pending))
        this.#warn(`${hosts.join(', ')}: ${describe({ play, handler })} was pending, and is forgotten`);
      if (!this.#options.check) files.write([]);
      return;
    }
    for (const one of pending) {
      this.#pending.set(keyOf(one), one);
      this.#earlier.set(keyOf(one), one);
    }
  }

  #join(play: Play, hosts: readonly HostState[], joins: (pending: Pending) => boolean): void {
    for (const [key, pending] of this.#earlier) {
      const host = this.#isOf(play, pending) ? hosts.find(({ name }) => name === pending.host) : undefined;
      const handler = host && play.handlers.find((h) => nameOf(h) === pending.handler);
      if (!handler || !joins(pending)) continue;
      host.notified.set(handler, 'changed');
      this.#earlier.delete(key);
    }
  }

  #pendingOf(at: Position, handler: Handler, host: string, task: Reported): Pending {
    const by = at.handler ? this.#notifiersOf(at.play, at.handler, host) : [notifierOf(task)];
    return { ...this.#of(at.play, handler, host), section: at.section, by };
  }

  /** False if there is nothing new in it. */
  #add(to: Map<string, Pending>, pending: Pending): boolean {
    if (!isNews(to, pending)) return false;
    const known = to.get(keyOf(pending))?.by ?? [];
    const missing = pending.by.filter(({ task }) => !known.some((other) => other.task === task));
    to.set(keyOf(pending), { ...pending, by: [...known, ...missing] });
    return true;
  }

  #of(play: Play, handler: Handler, host: string): Omit<Pending, 'section' | 'by'> {
    return { play: play.name, nth: this.#nth(play), handler: nameOf(handler), host };
  }

  #isOf(play: Play, pending: Pending): boolean {
    return play.name === pending.play && this.#nth(play) === pending.nth;
  }

  /** A play that was cut short by --start-at-task has the place of the whole one. */
  #nth({ name, place }: Play): number {
    return this.#plays.filter((play) => play.name === name).findIndex((play) => play.place === place) + 1;
  }

  /** What a handler notifies was notified by the tasks that have notified the handler. */
  #notifiersOf(play: Play, handler: Handler, host: string): readonly Notifier[] {
    return this.#pending.get(keyOf(this.#of(play, handler, host)))?.by ?? [];
  }

  #isSelected({ by }: Pending): boolean {
    const { tags, skipTags } = this.#options;
    return by.some((notifier) => selected(new Set(notifier.tags), tags, skipTags));
  }

  /** Handlers notified at the same time are written together. */
  #changed(): void {
    if (this.#files && !this.#options.check) this.#due ??= setImmediate(() => this.#write());
  }

  #write(): void {
    if (this.#due === undefined) return;
    clearImmediate(this.#due);
    this.#due = undefined;
    const all = new Map(this.#pending);
    for (const { pending } of this.#expected.values()) this.#add(all, pending);
    this.#attempt(() => this.#files?.write([...all.values()]));
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#warn(`pending handlers are not kept for the next run: ${systemProblem(error) ?? (error as Error).message}`);
    }
  }

  #warn(message: string): void {
    this.#emit({ event: 'warning', message });
  }
}

function isNews(known: ReadonlyMap<string, Pending>, pending: Pending): boolean {
  const old = known.get(keyOf(pending));
  return (
    old?.section !== pending.section || pending.by.some(({ task }) => !old.by.some((other) => other.task === task))
  );
}

/** With all hosts of one handler together. */
export function grouped(list: readonly Pending[]): readonly PendingHandler[] {
  const groups = new Map<string, { play: string; handler: string; hosts: string[] }>();
  for (const { play, nth, handler, host } of list) {
    const key = JSON.stringify([play, nth, handler]);
    const group = groups.get(key) ?? { play, handler, hosts: [] };
    group.hosts.push(host);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function keyOf({ play, nth, handler, host }: Omit<Pending, 'section' | 'by'>): string {
  return JSON.stringify([play, nth, handler, host]);
}

/** Handlers of roles with both names: two roles may have handlers of the same name. */
function nameOf({ name, role }: Handler): string {
  return role ? `${role.name} : ${name}` : name;
}

function titleOf({ name, role }: Reported): string {
  return role ? `${role.name} : ${name}` : name;
}

function notifierOf(task: Reported): Notifier {
  return { task: titleOf(task), tags: [...(task.tags ?? [])] };
}

function describe({ play, handler }: Pick<Pending, 'play' | 'handler'>): string {
  return `the handler '${handler}' of the play '${play}'`;
}
