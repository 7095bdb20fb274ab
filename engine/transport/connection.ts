import { becomeFailure } from './become/failure.ts';
import { startAs } from './become/start.ts';
import { shellCommand } from './shell/program.ts';
import { ShellSession, type ShellStream } from './shell/session.ts';
import { type Become, ChannelRefused, type Connection, NoAnswer, type Target, Unreachable } from './types.ts';
import { Openings, sleep, withDeadline } from './waiting.ts';

/** What each kind of connection has to provide. */
export interface Transport {
  /** Starts a command. Rejects with the signal's reason on abort, and with NoAnswer where the host stays silent. */
  start(command: string, signal: AbortSignal): Promise<ShellStream>;
  /** Returns at once. */
  close(): void;
  /** False once it has been lost. */
  readonly alive?: boolean;
  /** What a person should know of how it was opened. */
  readonly warning?: string | undefined;
}

/** A connection that opens one shell for each become user, and another where that one has been lost. */
export class HostConnection implements Connection {
  readonly target: Target;
  readonly #transport: Transport;
  readonly #openings = new Openings<ShellSession>();
  #shells: ShellSession[] = [];
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

  get warning(): string | undefined {
    return this.#transport.warning;
  }

  /** Whether it can still open shells. */
  get alive(): boolean {
    return !this.#closed && this.#transport.alive !== false;
  }

  /** Rejects with BecomeFailed where becoming the other user fails; where no password is given, the shell's first `run` does. */
  async shell(become?: Become, purpose?: 'upload', signal?: AbortSignal): Promise<ShellSession> {
    if (this.#closed) throw this.#isClosed();
    const other = become && become.user !== this.target.user ? become : undefined;
    const key = JSON.stringify([purpose, other]);
    return this.#openings.get(key, (aborted) => this.#open(other, aborted), signal);
  }

  /** Aborts shells that are being opened, ends the others, and does not wait for the host. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#openings.abortAll(this.#isClosed());
    for (const shell of this.#shells) shell.close();
    this.#transport.close();
  }

  #isClosed(): Unreachable {
    return new Unreachable(`connection to ${this.target.name} is closed`);
  }

  /** Where the host allows no more shells at a time (MaxSessions), the first idle one makes room. */
  async #open(become: Become | undefined, signal: AbortSignal): Promise<ShellSession> {
    const until = performance.now() + this.target.connectTimeoutSeconds * 1000;
    for (;;) {
      this.#starting++;
      try {
        return await this.#start(become, signal);
      } catch (error) {
        this.#shells = this.#shells.filter(({ alive }) => alive);
        const others = this.#shells.length + this.#starting - 1;
        if (error instanceof NoAnswer && others === 0) this.#giveUp();
        if (!(error instanceof ChannelRefused) || others === 0 || performance.now() >= until) throw error;
        await sleep(20, signal); // by then, callers that have just been given a shell are using it
        const idle = this.#shells.find((shell) => shell.idle);
        idle?.close();
        if (idle) await withDeadline(idle.ended, Math.max(0, until - performance.now()) / 1000, () => error, signal);
      } finally {
        this.#starting--;
      }
    }
  }

  /** The next caller gets a new connection. */
  #giveUp(): void {
    this.#closed = true;
    this.#transport.close();
  }

  async #start(become: Become | undefined, signal: AbortSignal): Promise<ShellSession> {
    const { name, connectTimeoutSeconds } = this.target;
    const onRoundTrip = () => {
      this.#roundTrips++;
    };
    const start = (command: string) => {
      onRoundTrip();
      return this.#transport.start(command, signal);
    };
    const stream = become
      ? await startAs(become, { host: name, start, onRoundTrip, signal })
      : await start(`exec ${shellCommand()}`);
    const shell = new ShellSession(stream, {
      host: name,
      startTimeoutSeconds: connectTimeoutSeconds,
      onRoundTrip,
      onSilence: () => {
        if (this.#starting === 0 && this.#shells.every(({ alive }) => !alive)) this.#giveUp();
      },
      startFailure: (printed, why) => {
        if (!this.alive)
          return new Unreachable(`connection to ${name} was lost while its shell started (${why ?? 'it ended'})`);
        if (become) return becomeFailure(printed, become, name);
        return new Unreachable(`/bin/sh does not start on ${name}: ${printed.trim() || why || 'it printed nothing'}`);
      },
    });
    this.#shells = [...this.#shells.filter(({ alive }) => alive), shell];
    return shell;
  }
}
