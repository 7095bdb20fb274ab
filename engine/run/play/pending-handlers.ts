import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Handler, Play } from '../../playbook/types.ts';
import type { Emit } from '../events/event.ts';
import type { HostState, PendingHandlers } from '../types.ts';

/** A handler that was notified on a host and has not run there. Only names are stored, none of its data. */
interface Pending {
  readonly play: string;
  readonly handler: string;
  readonly host: string;
}

/** What identifies a run: the same playbooks on the same inventories continue where the last run ended. */
export interface Subject {
  readonly playbooks: readonly string[];
  readonly inventories: readonly string[];
}

/**
 * Keeps pending handlers in a file, from the moment they are notified until they have run without a failure: what a run
 * that failed, was interrupted or died has left is notified again by the next one. Without a folder nothing is kept, and
 * what check mode predicts is not written.
 */
export class PendingHandlerFile implements PendingHandlers {
  readonly #file: string | undefined;
  readonly #writable: boolean;
  readonly #subject: Subject;
  readonly #emit: Emit;
  readonly #pending = new Map<string, Pending>();
  #due: NodeJS.Immediate | undefined;

  constructor(folder: string | undefined, subject: Subject, writable: boolean, emit: Emit) {
    this.#subject = { playbooks: subject.playbooks.map(real), inventories: subject.inventories.map(real) };
    const key = createHash('sha256').update(JSON.stringify(this.#subject)).digest('hex').slice(0, 32);
    this.#file = folder === undefined ? undefined : join(folder, `${key}.json`);
    this.#writable = writable;
    this.#emit = emit;
    for (const pending of this.#read()) this.#pending.set(keyOf(pending), pending);
  }

  notified(play: Play, handler: Handler, host: string): void {
    const pending = { play: play.name, handler: nameOf(handler), host };
    if (this.#pending.has(keyOf(pending))) return;
    this.#pending.set(keyOf(pending), pending);
    this.#changed();
  }

  /** It has run on the host, or no longer needs to. */
  done(play: Play, handler: Handler, host: string): void {
    if (this.#pending.delete(keyOf({ play: play.name, handler: nameOf(handler), host }))) this.#changed();
  }

  /** Warns about and drops what can no longer run: its play, handler or host is gone. */
  dropMissing(plays: readonly Play[], mayHaveHost: (name: string) => boolean): void {
    for (const pending of this.#pending.values()) {
      const play = plays.filter(({ name }) => name === pending.play);
      const why =
        play.length === 0
          ? 'the playbook no longer has this play'
          : !play.some((p) => p.handlers.some((handler) => nameOf(handler) === pending.handler))
            ? 'the play no longer has this handler'
            : mayHaveHost(pending.host)
              ? undefined
              : 'the inventory no longer has this host';
      if (why === undefined) continue;
      this.#warn(`${pending.host}: ${describe(pending)} is pending from an earlier run, and dropped: ${why}`);
      this.#pending.delete(keyOf(pending));
      this.#changed();
    }
  }

  /** Notifies the handlers of this play that an earlier run has left pending on these hosts. */
  resume(play: Play, hosts: readonly HostState[]): void {
    for (const handler of play.handlers) {
      const name = nameOf(handler);
      const due = hosts.filter((host) => this.#pending.has(keyOf({ play: play.name, handler: name, host: host.name })));
      if (due.length === 0) continue;
      for (const host of due) host.notified.set(handler, 'changed');
      const names = due.map((host) => host.name).join(', ');
      this.#warn(
        `${names}: ${describe({ play: play.name, handler: name })} is pending from an earlier run: notified again`,
      );
    }
  }

  /** Warns about what is left for the next run, and makes sure that it is written. */
  close(): void {
    if (this.#file === undefined || !this.#writable) return;
    if (this.#due) this.#write();
    const hosts = new Map<string, string[]>();
    for (const pending of this.#pending.values()) {
      const about = describe(pending);
      hosts.set(about, [...(hosts.get(about) ?? []), pending.host]);
    }
    for (const [about, names] of hosts)
      this.#warn(`${names.join(', ')}: ${about} has not run: the next run of this playbook notifies it again`);
  }

  #read(): readonly Pending[] {
    if (this.#file === undefined) return [];
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#warn(`the file of pending handlers cannot be read: ${(error as Error).message}`);
      return [];
    }
    try {
      const { pending } = JSON.parse(text) as { pending: readonly Pending[] };
      return pending.map(({ play, handler, host }) => ({ play, handler, host }));
    } catch {
      this.#warn(`the file of pending handlers is damaged and was ignored: ${this.#file}`);
      return [];
    }
  }

  /** Handlers notified at the same time are written together. */
  #changed(): void {
    if (this.#file !== undefined && this.#writable) this.#due ??= setImmediate(() => this.#write());
  }

  #write(): void {
    clearImmediate(this.#due);
    this.#due = undefined;
    const file = this.#file!;
    try {
      if (this.#pending.size === 0) return rmSync(file, { force: true });
      mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
      const temporary = `${file}.${randomUUID()}`;
      const content = { ...this.#subject, pending: [...this.#pending.values()] };
      writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, file);
    } catch (error) {
      this.#warn(`pending handlers are not kept for the next run: ${(error as Error).message}`);
    }
  }

  #warn(message: string): void {
    this.#emit({ event: 'warning', message });
  }
}

function keyOf({ play, handler, host }: Pending): string {
  return JSON.stringify([play, handler, host]);
}

/** Handlers of roles with both names: two roles may have handlers of the same name. */
function nameOf({ name, role }: Handler): string {
  return role ? `${role.name} : ${name}` : name;
}

function describe({ play, handler }: Omit<Pending, 'host'>): string {
  return `the handler '${handler}' of the play '${play}'`;
}

/** The real path, so that two paths to one file are the same; what is not a file (`web1,web2,`) stays unchanged. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
