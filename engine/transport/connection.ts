import { setTimeout as sleep } from 'node:timers/promises';
import { becomeFailure, becomeStart, givePassword } from './become/become.ts';
import { shellCommand } from './shell/program.ts';
import { ShellSession, type ShellStream } from './shell/session.ts';
import { type Become, ChannelRefused, type Connection, type Target, Unreachable } from './types.ts';

/** What a kind of connection has to be able to do: start a command, and end. */
export interface Transport {
  start(command: string): Promise<ShellStream>;
  close(): Promise<void>;
  /** False once it has been lost. */
  readonly alive?: boolean;
}

/** A connection whose shells are opened once for each become user, and opened anew where one has been lost. */
export class HostConnection implements Connection {
  readonly target: Target;
  readonly #transport: Transport;
  readonly #shells = new Map<string, Promise<ShellSession>>();
  #opened: ShellSession[] = [];
  #starting = 0;
  #roundTrips = 0;
  #closed = false;

  constructor(target: Target, transport: Transport) {
    this.target = target;
    this.#transport = transport;
  }

  get roundTrips(): number {
    return this.#roundTrips;
  }

  /** Whether it can still open shells. */
  get alive(): boolean {
    return !this.#closed && this.#transport.alive !== false;
  }

  /** Rejects, or its first `run` does, with BecomeFailed where the other user cannot be become. */
  async shell(become?: Become, purpose?: 'upload'): Promise<ShellSession> {
    if (this.#closed) throw new Unreachable(`connection to ${this.target.name} is closed`);
    const other = become && become.user !== this.target.user ? become : undefined;
    const key = JSON.stringify([purpose, other?.method, other?.user, other?.flags, other?.password]);
    const present = this.#shells.get(key);
    if (present) {
      const shell = await present;
      if (shell.alive) return shell;
      if (this.#shells.get(key) === present) this.#shells.delete(key);
      return this.shell(become, purpose);
    }
    const opening = this.#open(other);
    this.#shells.set(key, opening);
    opening.catch(() => this.#shells.delete(key));
    return opening;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const shells = await Promise.allSettled(this.#shells.values());
    for (const shell of shells) if (shell.status === 'fulfilled') shell.value.close();
    await this.#transport.close();
  }

  /** Where the host allows no more shells at a time (MaxSessions), the first that is idle makes room for it. */
  async #open(become: Become | undefined): Promise<ShellSession> {
    const until = Date.now() + this.target.connectTimeoutSeconds * 1000;
    for (;;) {
      this.#starting++;
      try {
        const shell = await this.#start(become);
        this.#opened.push(shell);
        return shell;
      } catch (error) {
        this.#opened = this.#opened.filter(({ alive }) => alive);
        const others = this.#opened.length + this.#starting - 1;
        if (!(error instanceof ChannelRefused) || others === 0 || Date.now() >= until) throw error;
        await sleep(20); // whoever has just been given a shell has begun to use it by then
        const idle = this.#opened.find((shell) => shell.idle);
        idle?.close();
        await idle?.ended;
      } finally {
        this.#starting--;
      }
    }
  }

  async #start(become: Become | undefined): Promise<ShellSession> {
    const { name } = this.target;
    const onRoundTrip = () => {
      this.#roundTrips++;
    };
    onRoundTrip();
    if (!become) {
      const stream = await this.#transport.start(`exec ${shellCommand()}`);
      const startFailure = (printed: string) =>
        new Unreachable(`/bin/sh does not start on ${name}: ${printed.trim() || 'it printed nothing'}`);
      return new ShellSession(stream, { host: name, onRoundTrip, startFailure });
    }
    const { command, dialogue } = becomeStart(become);
    const stream = await this.#transport.start(`exec ${command}`);
    if (dialogue) {
      onRoundTrip();
      await givePassword(stream, become, name, { command, dialogue });
    }
    return new ShellSession(stream, {
      host: name,
      onRoundTrip,
      startFailure: (printed) => becomeFailure(printed, become, name),
    });
  }
}
