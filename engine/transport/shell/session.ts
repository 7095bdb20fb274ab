import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { TaskFailure } from '../../module/failure.ts';
import { type RawOutput, type Script, type Shell, Unreachable } from '../types.ts';
import { type Frame, Frames } from './frames.ts';
import { killAfterSeconds, programFor } from './program.ts';

/** The running /bin/sh, seen from here: a channel or a child process. */
export interface ShellStream {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Calls back once, when nothing more will come; `why` if more is known than that it ended. */
  onClosed(listener: (why?: string) => void): void;
  /** Ends it when it is idle. */
  end(): void;
  /** Ends it at once, whatever it is doing. */
  destroy(): void;
}

export interface ShellOptions {
  /** The host's name, for messages. */
  readonly host: string;
  /** Of one script on one stream; 64 MiB by default. */
  readonly maxOutputBytes?: number;
  /** Told what was printed by a shell that ended before it ran anything. */
  readonly startFailure?: (printed: string) => Error;
  readonly onRoundTrip?: () => void;
}

/** Beyond the time of a script: what the network and a busy host may need before the connection counts as lost. */
const graceSeconds = killAfterSeconds + 10;

interface Batch {
  readonly scripts: readonly Script[];
  readonly outputs: RawOutput[];
  startedAt: number;
  readonly resolve: (outputs: readonly RawOutput[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A long-lived /bin/sh that is fed with programs (see program.ts), each answered by one frame a script on both streams.
 * Output that a script's background children print after its end is counted to a later script: they cannot be told apart.
 */
export class ShellSession implements Shell {
  readonly #stream: ShellStream;
  readonly #options: ShellOptions;
  readonly #mark = `tsplay-${randomBytes(16).toString('hex')}`;
  readonly #stdout = this.#frames();
  readonly #stderr = this.#frames();
  #sent = 0;
  #received = 0;
  /** What is under way, in the order in which it was sent: the shell takes up one after the other. */
  readonly #batches: Batch[] = [];
  #guard: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #tellEnded = (): void => {};
  /** That it is gone, also on the other side. */
  readonly ended = new Promise<void>((resolve) => {
    this.#tellEnded = resolve;
  });

  constructor(stream: ShellStream, options: ShellOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.stdin.on('error', () => {}); // the end of the stream tells more
    stream.stdout.on('data', (chunk: Buffer) => this.#take(this.#stdout, chunk)).resume();
    stream.stderr.on('data', (chunk: Buffer) => this.#take(this.#stderr, chunk)).resume();
    stream.onClosed((why) => this.#closed(why));
  }

  /** False once it has been lost or dropped; every call fails then. */
  get alive(): boolean {
    return this.#failure === undefined;
  }

  /** It has been used, and nothing is under way. */
  get idle(): boolean {
    return this.alive && this.#received > 0 && this.#batches.length === 0;
  }

  /** Nobody waits for the answer to what was sent before: it is sent at once, and read by the shell when its turn comes. */
  run(scripts: readonly Script[]): Promise<readonly RawOutput[]> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (scripts.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const pieces = programFor(scripts, this.#mark, this.#sent);
      this.#sent = Math.max(this.#sent, 1) + scripts.length;
      this.#options.onRoundTrip?.();
      this.#batches.push({ scripts, outputs: [], startedAt: Date.now(), resolve, reject });
      if (this.#batches.length === 1) this.#watch();
      for (const piece of pieces) this.#stream.stdin.write(piece);
    });
  }

  /** Ends the shell: gently if it is idle, so that what scripts have left running in the background stays. */
  close(): void {
    if (this.#failure) return;
    const reason = new Unreachable(`connection to ${this.#options.host} is closed`);
    if (this.#batches.length > 0) return this.drop(reason);
    this.#failure = reason;
    this.#stream.end();
  }

  /** Drops the session; what is under way fails with the reason. */
  drop(reason: Error): void {
    if (this.#failure) return;
    this.#failure = reason;
    clearTimeout(this.#guard);
    this.#stream.destroy();
    for (const batch of this.#batches.splice(0)) batch.reject(reason);
  }

  #frames() {
    const ready: Frame[] = [];
    const frames = new Frames(this.#mark, (frame) => {
      ready.push(frame);
      this.#pair();
    });
    return { ready, frames };
  }

  #take({ frames }: { frames: Frames }, chunk: Buffer): void {
    if (this.#failure) return;
    frames.push(chunk);
    const limit = this.#options.maxOutputBytes ?? 64 * 1024 * 1024;
    if (frames.size <= limit) return;
    const what = this.#running > 1 ? 'one of the commands' : 'the command';
    this.drop(
      new TaskFailure(
        `${what} printed more than ${Math.round(limit / 1024 / 1024)} MiB on ${this.#options.host}; its shell was ended`,
        {
          hint: 'send the output to a file on the host, or to /dev/null',
        },
      ),
    );
  }

  #pair(): void {
    while (this.#stdout.ready.length > 0 && this.#stderr.ready.length > 0) {
      const out = this.#stdout.ready.shift()!;
      const err = this.#stderr.ready.shift()!;
      if (out.sequence !== this.#received || err.sequence !== this.#received || Number.isNaN(out.code)) {
        this.drop(new Unreachable(`the shell on ${this.#options.host} answers out of order; it was ended`));
        return;
      }
      // Frame 0 ends what the start printed (a banner, sudo's lecture): it belongs to no script.
      if (this.#received++ > 0) this.#deliver(out.code, out.body, err.body);
    }
  }

  #deliver(code: number, stdout: Buffer, stderr: Buffer): void {
    const [batch] = this.#batches;
    if (!batch) return;
    const limit = batch.scripts[batch.outputs.length]?.timeoutSeconds;
    const killed = code === 137 && limit !== undefined && Date.now() - batch.startedAt >= limit * 1000;
    batch.outputs.push({ code: killed ? 124 : code, stdout, stderr });
    const done = batch.outputs.length === batch.scripts.length;
    if (done) this.#batches.shift();
    const [next] = this.#batches;
    if (next) next.startedAt = Date.now();
    this.#watch();
    if (done) batch.resolve(batch.outputs);
  }

  /** Waits for the answer of the script whose turn it is, if its time is bounded. */
  #watch(): void {
    clearTimeout(this.#guard);
    const [batch] = this.#batches;
    const seconds = batch?.scripts[batch.outputs.length]?.timeoutSeconds;
    if (seconds === undefined) return;
    this.#guard = setTimeout(
      () =>
        this.drop(
          new Unreachable(
            `${this.#options.host} gives no answer: the command had ${seconds} s, and ${graceSeconds} s later nothing had come`,
          ),
        ),
      (seconds + graceSeconds) * 1000,
    );
  }

  get #running(): number {
    return this.#batches.reduce((sum, { scripts }) => sum + scripts.length, 0);
  }

  #closed(why: string | undefined): void {
    this.#tellEnded();
    if (this.#failure) return;
    const { host, startFailure } = this.#options;
    const because = why === undefined ? '' : ` (${why})`;
    if (this.#received === 0 && startFailure) {
      this.drop(startFailure(Buffer.concat([this.#stderr.frames.rest(), this.#stdout.frames.rest()]).toString()));
      return;
    }
    const count = this.#running;
    const doing =
      count === 0 ? 'nothing was running' : count > 1 ? `${count} commands were running` : 'a command was running';
    this.drop(new Unreachable(`connection to ${host} was lost while ${doing}${because}`));
  }
}
