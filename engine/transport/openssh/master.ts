import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Target, Unreachable } from '../types.ts';
import { onAbort, sleep, withDeadline } from '../waiting.ts';
import { failureOf } from './failure.ts';

/**
 * Runs ssh for as long as our end of the standard input is open: it ends with us, even where we are killed. All are in
 * a process group of their own, without a terminal: a Ctrl-C reaches us alone, and ssh can ask nobody but its askpass.
 */
const supervisor = `exec 3<&0
"$@" </dev/null 3<&- & ssh=$!
{ cat <&3 >/dev/null; kill "$ssh"; } 2>/dev/null & watch=$!
exec 3<&-
wait "$ssh"; code=$?
kill -KILL "$watch" 2>/dev/null
exit "$code"`;

const mostPrinted = 20_000;

export interface Wanted {
  readonly target: Target;
  readonly socket: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether what ssh says of a failed connection is about the host itself. */
  readonly isDirect: boolean;
}

/** The one connection to a host: an ssh that opens sessions at its socket. */
export class Master {
  readonly #child: ChildProcess;
  readonly #wanted: Wanted;
  readonly #ending = new Set<ChildProcess>();
  printed = '';
  alive = true;

  private constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#child = spawn('/bin/sh', ['-c', supervisor, 'sh', 'ssh', ...wanted.args], {
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: wanted.environment,
    });
    this.#child.stdin!.on('error', () => {});
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.printed = (this.printed + chunk.toString('utf8')).slice(-mostPrinted);
    });
    this.#child.on('error', () => {
      this.alive = false;
    });
    this.#child.on('close', () => {
      this.alive = false;
    });
  }

  /** Resolves once it is logged in. */
  static async open(wanted: Wanted, signal: AbortSignal): Promise<Master> {
    const { target } = wanted;
    const master = new Master(wanted);
    const seconds = target.connectTimeoutSeconds;
    const late = () =>
      failureOf(target, /timed out/.test(master.printed) ? master.printed : 'ssh: the login timed out', true);
    const stop = onAbort(signal, () => master.close());
    try {
      // ssh has its own limit for connecting, and says more about it.
      await withDeadline(master.#ready(signal), seconds + 0.5, late, signal);
      return master;
    } catch (error) {
      master.close();
      throw error;
    } finally {
      stop();
    }
  }

  /** Why it was lost, if it was. */
  lost(): Unreachable | undefined {
    if (this.alive) return undefined;
    const said = this.printed.trim().split('\n').at(-1);
    return new Unreachable(`connection to ${this.#wanted.target.name} was lost${said ? ` (${said})` : ''}`);
  }

  /** Waits for a process, a little, before the connection is closed. */
  endsWith(process: ChildProcess): void {
    this.#ending.add(process);
    process.once('close', () => this.#ending.delete(process)).once('error', () => this.#ending.delete(process));
  }

  close(): void {
    this.alive = false;
    if (this.#ending.size === 0) return this.#end();
    const timer = setTimeout(() => this.#end(), 1000);
    for (const process of this.#ending)
      process.once('close', () => {
        if (this.#ending.size > 0) return;
        clearTimeout(timer);
        this.#end();
      });
  }

  #end(): void {
    this.#child.stdin?.destroy();
    const { pid } = this.#child;
    try {
      if (pid !== undefined && this.#child.exitCode === null) process.kill(-pid, 'SIGTERM');
    } catch {
      // it has ended already
    }
  }

  /** ssh makes its socket when it is logged in. */
  async #ready(signal: AbortSignal): Promise<void> {
    const { socket, target, isDirect } = this.#wanted;
    while (!existsSync(socket)) {
      if (!this.alive) throw failureOf(target, this.printed, isDirect);
      await sleep(10, signal);
    }
  }
}
