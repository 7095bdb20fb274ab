import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { TaskFailure } from '../../module/failure.ts';
import { NoAnswer, type RawOutput, type Script, type Shell, Unreachable } from '../types.ts';
import { afterSeconds, onAbort, reasonOf } from '../waiting.ts';
import { type Frame, Frames } from './frames.ts';
import { heldOutput } from './held.ts';
import { killAfterSeconds, limitOf, programFor } from './program.ts';

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
  /** What the shell may take from the first call to its first frame. */
  readonly startTimeoutSeconds?: number;
  /** The error for a shell that ended before it ran anything, from what it printed, and why if that is known. */
  readonly startFailure?: (printed: string, why: string | undefined) => Error;
  readonly onRoundTrip?: () => void;
  /** It has been ended because nothing came. */
  readonly onSilence?: () => void;
}

const mebibyte = 1024 * 1024;

/** Beyond the time of a script: what the network and a busy host may need before the connection counts as lost. */
const graceSeconds = killAfterSeconds + 10;

/** What a start may print before the first frame: banners, sudo's lecture, a profile. */
const mostAtStart = mebibyte;

/** A command that only reads and has no limit of its own: even the digest of a very large file takes less. */
const longestReadSeconds = 600;

/** By TERM or KILL: what `timeout` of busybox gives for a script that took too long, and every `timeout` after a KILL. */
const endedBySignal = new Set([143, 137]);

interface Batch {
  readonly scripts: readonly Script[];
  readonly outputs: RawOutput[];
  /** When the turn of its current script began. */
  startedAt: number;
  readonly resolve: (outputs: readonly RawOutput[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A long-lived /bin/sh that is fed with programs (see program.ts), each answered by one frame a script on both streams.
 * Output that a script's background children print after its end is attributed to a later script: they cannot be told apart.
 */
export class ShellSession implements Shell {
  readonly #stream: ShellStream;
  readonly #options: ShellOptions;
  readonly #mostOutput: number;
  readonly #mark = `tsplay-${randomBytes(16).toString('hex')}`;
  readonly #stdout = this.#frames();
  readonly #stderr = this.#frames();
  #sent = 0;
  #received = 0;
  /** What is under way, in the order in which it was sent: the shell takes up one after the other. */
  readonly #batches: Batch[] = [];
  /** Bytes of finished frames that have not been handed on. */
  #framed = 0;
  /** Bytes of output kept here. */
  held = 0;
  #guard: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #resolveEnded = (): void => {};
  /** Resolves when it is gone on the host as well. */
  readonly ended = new Promise<void>((resolve) => {
    this.#resolveEnded = resolve;
  });

  constructor(stream: ShellStream, options: ShellOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#mostOutput = options.maxOutputBytes ?? 64 * mebibyte;
    stream.stdin.on('error', () => {}); // the end of the stream says more
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

  /** Sent at once, without waiting for the answers to earlier calls; the shell reads it when its turn comes. */
  async run(scripts: readonly Script[], signal?: AbortSignal): Promise<readonly RawOutput[]> {
    if (signal?.aborted) throw reasonOf(signal);
    if (this.#failure) throw this.#failure;
    if (scripts.length === 0) return [];
    const pieces = programFor(scripts, this.#mark, this.#sent);
    let stopListening = (): void => {};
    try {
      return await new Promise((resolve, reject) => {
        this.#sent = Math.max(this.#sent, 1) + scripts.length;
        this.#options.onRoundTrip?.();
        this.#batches.push({ scripts, outputs: [], startedAt: performance.now(), resolve, reject });
        stopListening = onAbort(signal, (reason) => {
          reject(reason);
          this.drop(new Unreachable(`the shell on ${this.#options.host} was ended: another command in it was aborted`));
        });
        if (this.#batches.length === 1) this.#watch();
        for (const piece of pieces) this.#stream.stdin.write(piece);
      });
    } finally {
      stopListening();
    }
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
    // It may be kept for long yet, by whoever holds the connection.
    for (const { frames, ready } of [this.#stdout, this.#stderr]) {
      frames.close();
      ready.length = 0;
    }
    this.#framed = 0;
    this.#account();
    for (const batch of this.#batches.splice(0)) batch.reject(reason);
  }

  #frames() {
    const ready: Frame[] = [];
    let next = 0;
    const frames = new Frames(this.#mark, (frame) => {
      if (this.#failure) return;
      // The shell answers what it was sent, in turn: so no more can queue up here than has been sent.
      if (frame.sequence !== next++ || frame.sequence >= this.#sent || Number.isNaN(frame.code))
        return this.#outOfOrder();
      this.#framed += frame.body.length;
      ready.push(frame);
      this.#pair();
    });
    return { ready, frames };
  }

  #take({ frames }: { frames: Frames }, chunk: Buffer): void {
    if (this.#failure) return;
    frames.push(chunk);
    if (frames.isBroken) this.#outOfOrder();
    else if (frames.size > this.#mostOutput) this.#tooMuch(`printed more than ${inMebibytes(this.#mostOutput)}`);
    else if (this.#received === 0 && frames.size > mostAtStart)
      this.drop(
        new Unreachable(
          `what starts the shell on ${this.#options.host} printed more than 1 MiB before it`,
          'what do its profile and its banner print?',
        ),
      );
    this.#account();
  }

  /** Told by heldOutput. */
  letGo(most: number): void {
    this.#tooMuch(`printed the most when the output of all hosts passed ${inMebibytes(most)}`);
  }

  #tooMuch(what: string): void {
    const who = this.#running > 1 ? 'one of the commands' : 'the command';
    const hint = 'send the output to a file on the host, or to /dev/null';
    this.drop(new TaskFailure(`${who} ${what} on ${this.#options.host}; its shell was ended`, { hint }));
  }

  #account(): void {
    const before = this.held;
    this.held = this.#failure ? 0 : this.#stdout.frames.size + this.#stderr.frames.size + this.#framed;
    if (this.held !== before) heldOutput.add(this, this.held - before);
  }

  #pair(): void {
    while (this.#stdout.ready.length > 0 && this.#stderr.ready.length > 0) {
      const out = this.#stdout.ready.shift()!;
      const err = this.#stderr.ready.shift()!;
      // Frame 0 ends what the start printed (a banner, sudo's lecture): it belongs to no script.
      if (this.#received++ > 0) this.#deliver(out.code, out.body, err.body);
      else {
        this.#framed -= out.body.length + err.body.length;
        this.#nextTurn();
      }
    }
  }

  #outOfOrder(): void {
    this.drop(new Unreachable(`the shell on ${this.#options.host} answers out of order; it was ended`));
  }

  #deliver(code: number, stdout: Buffer, stderr: Buffer): void {
    const [batch] = this.#batches;
    if (!batch) return;
    const limit = limitOf(batch.scripts[batch.outputs.length]);
    const timedOut =
      limit !== undefined && endedBySignal.has(code) && performance.now() - batch.startedAt >= limit * 1000;
    batch.outputs.push({ code: timedOut ? 124 : code, stdout, stderr });
    const done = batch.outputs.length === batch.scripts.length;
    if (done) {
      this.#batches.shift();
      for (const output of batch.outputs) this.#framed -= output.stdout.length + output.stderr.length;
    }
    this.#nextTurn();
    if (done) batch.resolve(batch.outputs);
  }

  #nextTurn(): void {
    const [next] = this.#batches;
    if (next) next.startedAt = performance.now();
    this.#watch();
  }

  /** Bounds the wait for the shell's start, then for the script whose turn it is if it has a time limit. */
  #watch(): void {
    clearTimeout(this.#guard);
    const [batch] = this.#batches;
    if (!batch) return;
    const { host, startTimeoutSeconds } = this.#options;
    if (this.#received === 0 && startTimeoutSeconds !== undefined) {
      this.#dropAfter(startTimeoutSeconds, `the shell on ${host} did not start within ${startTimeoutSeconds} s`);
      return;
    }
    const script = batch.scripts[batch.outputs.length];
    const limit = limitOf(script);
    if (limit !== undefined)
      this.#dropAfter(
        limit + graceSeconds,
        `${host} does not answer: the command had a limit of ${limit} s, and nothing came for ${graceSeconds} s after it`,
      );
    else if (!script?.mayChange)
      this.#dropAfter(longestReadSeconds, `${host} did not answer a read within ${longestReadSeconds} s`);
  }

  #dropAfter(seconds: number, message: string): void {
    this.#guard = afterSeconds(seconds, () => {
      this.drop(new NoAnswer(message));
      this.#options.onSilence?.();
    });
  }

  get #running(): number {
    return this.#batches.reduce((sum, { scripts }) => sum + scripts.length, 0);
  }

  #closed(why: string | undefined): void {
    this.#resolveEnded();
    if (this.#failure) return;
    const { host, startFailure } = this.#options;
    const because = why === undefined ? '' : ` (${why})`;
    if (this.#received === 0 && startFailure) {
      this.drop(startFailure(Buffer.concat([this.#stderr.frames.rest(), this.#stdout.frames.rest()]).toString(), why));
      return;
    }
    const count = this.#running;
    const doing =
      count === 0 ? 'nothing was running' : count > 1 ? `${count} commands were running` : 'a command was running';
    this.drop(new Unreachable(`connection to ${host} was lost while ${doing}${because}`));
  }
}

const inMebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`;
