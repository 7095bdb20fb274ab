import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile as writeLocalFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TaskFailure } from '../../module/failure.ts';
import type { FileAttributes, RunOptions, Writer } from '../../module/module.ts';
import type { Output, Probe } from '../../module/probe.ts';
import { quote, quoteAll } from '../../module/quote.ts';
import { UnknownValue } from '../../module/unknown.ts';
import { type Become, type Connection, Unreachable } from '../../transport/types.ts';
import type { Saw } from '../policy.ts';
import { batchOf, textOf, wayIn } from './probe-batcher.ts';
import type { HostState, Reading } from './state.ts';
import { writeFile } from './write-file.ts';

/** How a task stands on a host: as whom, over which connection, with what around it. */
export interface Footing {
  readonly state: HostState;
  /** Where and as whom one comes in: what is read over another login may be another thing. */
  login(): string;
  connection(): Promise<Connection>;
  reconnect(timeoutSeconds: number): Promise<void>;
  readonly become: Become | undefined;
  readonly checkMode: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number | undefined;
  on(host: string): Footing;
  secret(text: string): void;
  /** Why nothing may be changed on the host. */
  barred?(): string | undefined;
}

/** From here on content has a channel of its own. */
const uploadBytes = 1024 * 1024;

/** A module's view of a host. Reads of one tick go out as one batch and stay in the host's cache until it is changed. */
export class Access implements Writer {
  readonly #footing: Footing;
  readonly #ahead: boolean;
  readonly #saw: Saw | undefined;
  /** Keys of all probes read that tasks can change: if the step turns out unknown, what it looked at is unknown from there on. */
  readonly keysRead = new Set<string>();

  /** `ahead`: these eyes only fill the cache for those that come after them. `saw` is told what is seen of the host as it is. */
  constructor(footing: Footing, ahead = false, saw?: Saw) {
    this.#footing = footing;
    this.#ahead = ahead;
    this.#saw = saw;
  }

  async read<T>(probe: Probe<T>): Promise<T> {
    const { state, checkMode } = this.#footing;
    if (!probe.fixed) this.keysRead.add(probe.key);
    const { predictions } = state;
    const predicted = checkMode ? predictions.of(probe.key) : undefined;
    if (predicted && 'value' in predicted) return predicted.value as T;
    if (predicted && 'as' in predicted) return this.read(predicted.as as Probe<T>);
    if (predicted) throw new UnknownValue(predicted.unknown);
    const value = await this.#observe(probe);
    if (checkMode && state.predictions !== predictions) return this.read(probe); // reached, it turned out to be a known machine
    this.#saw?.(probe, value, this.#footing);
    return checkMode ? state.predictions.foresee(probe, value, { read: (other) => this.#observe(other) }) : value;
  }

  /**
   * From the cache where it can be. What several hosts share is looked at anew by each task, unless it was read ahead
   * and nothing was changed anywhere since.
   */
  #observe<T>(probe: Probe<T>): Promise<T> {
    const { cache, fleet } = this.#footing.state;
    const key = `${this.#footing.login()}\0${wayIn(this.#footing.become)}\0${probe.key}`;
    const present = cache.get(key);
    const anyone = probe.shared || present?.unreachable; // it hangs on what is done to other hosts as well
    const counts = present && Date.now() - present.at < fleet.fresh && (!anyone || present.changes === fleet.changes);
    const reading = counts ? present : readingOf(this.readNow(probe), fleet.changes);
    if (this.#ahead || !probe.shared) cache.set(key, reading);
    else cache.delete(key);
    reading.value.catch((error: unknown) => {
      // A read that failed may be tried again; but that a host was not reached ahead of a task, that task shall tell.
      if (this.#ahead && error instanceof Unreachable) reading.unreachable = true;
      else if (cache.get(key) === reading) cache.delete(key);
    });
    return reading.value as Promise<T>;
  }

  async readNow<T>(probe: Probe<T>): Promise<T> {
    const connection = await this.#footing.connection();
    const output = await batchOf(connection, this.#footing.become).ask(probe);
    try {
      return probe.parse(output);
    } catch (error) {
      const { state, checkMode } = this.#footing;
      const { since } = state.predictions;
      // What cannot be seen now (no right to enter a folder) may be seen once earlier tasks have run.
      if (checkMode && since !== undefined) throw new UnknownValue(since);
      if (error instanceof TaskFailure) throw error;
      throw new TaskFailure(`cannot make sense of what '${probe.key}' printed: ${(error as Error).message}`, {
        command: probe.script,
        output,
      });
    }
  }

  on(host: string): Access {
    return new Access(this.#footing.on(host), this.#ahead, this.#saw);
  }

  async readLocal(path: string): Promise<Buffer | null> {
    try {
      return await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new TaskFailure(`cannot read ${path} on this machine: ${(error as Error).message}`);
    }
  }

  async writeLocal(path: string, content: Buffer, mode: number): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    await writeLocalFile(temporary, content, { mode, flag: 'wx' });
    await rename(temporary, path);
  }

  secret(secretText: string): void {
    this.#footing.secret(secretText);
  }

  run(argv: readonly string[], options: RunOptions = {}): Promise<Output> {
    return this.shell(`exec ${quoteAll(argv)}`, options);
  }

  async shell(script: string, options: RunOptions = {}): Promise<Output> {
    const { environment, become, timeoutSeconds } = this.#footing;
    const barred = this.#footing.barred?.();
    if (barred !== undefined) throw new TaskFailure(barred);
    const variables = Object.entries({ ...environment, ...options.environment }).map(
      ([name, value]) => `export ${name}=${quote(value)}`,
    );
    const directory = options.directory === undefined ? [] : [`cd -- ${quote(options.directory)} || exit 1`];
    const timeout = options.timeoutSeconds ?? timeoutSeconds;
    const connection = await this.#footing.connection();
    const stdin = options.stdin === undefined ? undefined : bytesOf(options.stdin);
    const shell = await connection.shell(become, stdin && stdin.length >= uploadBytes ? 'upload' : undefined);
    const begun = Date.now();
    const [output] = await shell.run([
      {
        text: [...variables, ...directory, script].join('\n'),
        mayChange: true,
        ...(stdin && { stdin }),
        ...(timeout !== undefined && { timeoutSeconds: timeout }),
      },
    ]);
    this.#footing.state.forget();
    // The end of the task's own time is told as such; a time that the module set is the module's to judge.
    if (
      timeout !== undefined &&
      options.timeoutSeconds === undefined &&
      output!.code === 124 &&
      Date.now() - begun >= timeout * 1000
    )
      throw new TaskFailure(`not finished within ${timeout} s, and ended (timeout)`, {
        command: script.replace(/^exec /, ''),
        output: textOf(output!),
        result: { rc: 124 },
      });
    return textOf(output!);
  }

  write(path: string, content: Buffer | string, attributes: FileAttributes): Promise<{ backup?: string }> {
    return writeFile(this, path, content, attributes);
  }

  async reconnect(timeoutSeconds: number): Promise<void> {
    this.#footing.state.forget();
    await this.#footing.reconnect(timeoutSeconds);
  }
}

function readingOf(value: Promise<unknown>, changes: number): Reading {
  const reading: Reading = { value, at: Number.POSITIVE_INFINITY, changes };
  const answered = (): void => {
    reading.at = Date.now();
  };
  value.then(answered, answered);
  return reading;
}

function bytesOf(content: string | Buffer): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
