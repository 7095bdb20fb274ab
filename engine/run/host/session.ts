import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile as writeLocalFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TaskFailure } from '../../module/failure.ts';
import type { FileAttributes, RunOptions, Writer } from '../../module/module.ts';
import type { Output, Probe } from '../../module/probe.ts';
import { quote, quoteAll } from '../../module/quote.ts';
import { UnknownValue } from '../../module/unknown.ts';
import { readLarge } from '../../source/read-once.ts';
import { problemOf } from '../../source/system-error.ts';
import { type RawOutput, Unreachable } from '../../transport/types.ts';
import { untilAborted } from '../../transport/waiting.ts';
import type { ReadObserver, TaskContext } from '../types.ts';
import { batcherFor, becomeKey, textOf } from './probe-batcher.ts';
import type { CachedRead } from './shared.ts';
import { writeFile } from './write-file.ts';

/** Content of at least this size has a channel of its own. */
const uploadBytes = 1024 * 1024;

/** A module's view of a host. Reads of one tick go out as one batch and stay in the host's cache until it is changed. */
export class HostSession implements Writer {
  readonly #context: TaskContext;
  readonly #ahead: boolean;
  readonly #observed: ReadObserver['observed'] | undefined;
  /** Keys of all probes read that tasks can change: if the step turns out unknown, what it read is unknown from there on. */
  readonly keysRead = new Set<string>();

  /** `ahead`: it only fills the cache for later sessions. `observed` receives what is read of the host as it is. */
  constructor(context: TaskContext, ahead = false, observed?: ReadObserver['observed']) {
    this.#context = context;
    this.#ahead = ahead;
    this.#observed = observed;
  }

  /** Aborted when the task's time is over or the run is interrupted: modules that wait end by it. */
  get signal(): AbortSignal {
    return this.#context.signal;
  }

  async read<T>(probe: Probe<T>): Promise<T> {
    const { host, checkMode } = this.#context;
    if (!probe.fixed) this.keysRead.add(probe.key);
    const { predictions } = host;
    const predicted = checkMode ? predictions.of(probe.key) : undefined;
    if (predicted && 'value' in predicted) return predicted.value as T;
    if (predicted && 'as' in predicted) return this.read(predicted.as as Probe<T>);
    if (predicted) throw new UnknownValue(predicted.unknown);
    const value = await this.#observe(probe);
    if (checkMode && host.predictions !== predictions) return this.read(probe); // once reached, it proved to be a known machine
    this.#observed?.(probe, value, this.#context);
    return checkMode ? host.predictions.foresee(probe, value, { read: (other) => this.#observe(other) }) : value;
  }

  /**
   * From the cache where possible. What several hosts share is read again by each task, unless it was prefetched and
   * nothing has been changed anywhere since.
   */
  #observe<T>(probe: Probe<T>): Promise<T> {
    const { cache, shared } = this.#context.host;
    const key = `${this.#context.login()}\0${becomeKey(this.#context.become)}\0${probe.key}`;
    const present = cache.get(key);
    const anyone = probe.shared || present?.unreachable; // it depends on what is done to other hosts as well
    const valid =
      present && performance.now() - present.at < shared.fresh && (!anyone || present.changes === shared.changes);
    const { signal } = this.#context;
    if (valid && present.at === Number.POSITIVE_INFINITY && present.signal !== signal)
      return untilAborted(present.value as Promise<T>, signal).catch((error: unknown) => {
        if (present.signal.aborted && !signal.aborted) return this.#observe(probe); // only the other task's time is over
        throw error;
      });
    const read = valid ? present : cachedRead(this.readNow(probe), shared.changes, signal);
    if (this.#ahead || !probe.shared) cache.set(key, read);
    else cache.delete(key);
    read.value.catch((error: unknown) => {
      // A failed read may be tried again; but that a host was not reached while prefetching is for the task itself to report.
      if (this.#ahead && error instanceof Unreachable) read.unreachable = true;
      else if (cache.get(key) === read) cache.delete(key);
    });
    return read.value as Promise<T>;
  }

  async readNow<T>(probe: Probe<T>): Promise<T> {
    const { signal, become } = this.#context;
    signal.throwIfAborted();
    const connection = await this.#context.connection(signal);
    const output = await batcherFor(connection, become).ask(probe, signal);
    try {
      return probe.parse(output);
    } catch (error) {
      const { host, checkMode } = this.#context;
      const { since } = host.predictions;
      // What cannot be read now (no right to enter a folder) may be readable once earlier tasks have run.
      if (checkMode && since !== undefined) throw new UnknownValue(since);
      if (error instanceof TaskFailure) throw error;
      throw new TaskFailure(`cannot parse what '${probe.key}' printed: ${(error as Error).message}`, {
        command: probe.script,
        output,
      });
    }
  }

  on(host: string): HostSession {
    return new HostSession(this.#context.on(host), this.#ahead, this.#observed);
  }

  async readLocal(path: string): Promise<Buffer | null> {
    try {
      return await readLarge(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
      throw new TaskFailure(
        `cannot read ${path} on this machine: ${problemOf(error)}`,
        isFolder ? { hint: `name a file in it; ${path}/ keeps the name that it has on the host` } : {},
      );
    }
  }

  async writeLocal(path: string, content: Buffer, mode: number): Promise<void> {
    const temporary = join(dirname(path), `.tsplay.${randomUUID()}`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeLocalFile(temporary, content, { mode, flag: 'wx' });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new TaskFailure(`cannot write ${path} on this machine: ${problemOf(error)}`);
    } finally {
      this.#context.host.shared.forget('local'); // this machine may be a host as well
    }
  }

  secret(secretText: string): void {
    this.#context.secret(secretText);
  }

  run(argv: readonly string[], options: RunOptions = {}): Promise<Output> {
    return this.shell(`exec ${quoteAll(argv)}`, options);
  }

  async shell(script: string, options: RunOptions = {}): Promise<Output> {
    const { environment, become, host, deadline } = this.#context;
    const blocked = this.#context.blocked?.();
    if (blocked !== undefined) throw new TaskFailure(blocked);
    const { signal } = this.#context;
    signal.throwIfAborted();
    const variables = Object.entries({ ...environment, ...options.environment }).map(
      ([name, value]) => `export ${name}=${quote(value)}`,
    );
    const directory = options.directory === undefined ? [] : [`cd -- ${quote(options.directory)} || exit 1`];
    const stdin = options.stdin === undefined ? undefined : bytesOf(options.stdin);
    const connection = await this.#context.connection();
    const purpose = stdin && stdin.length >= uploadBytes ? 'upload' : undefined;
    const run = async (): Promise<readonly RawOutput[]> => {
      const shell = await connection.shell(become, purpose, signal);
      const left = deadline.left();
      const own = options.timeoutSeconds || undefined;
      const seconds = own === undefined ? left : left === undefined ? own : Math.min(own, left);
      // Once it may change something it is not interrupted: the host ends it when its time is over.
      return shell.run([
        {
          text: [...variables, ...directory, script].join('\n'),
          mayChange: true,
          ...(stdin && { stdin }),
          ...(seconds !== undefined && { timeoutSeconds: seconds }),
        },
      ]);
    };
    try {
      const [output] = await (purpose ? run() : batcherFor(connection, become).change(run, signal));
      // The end of the task's own time is reported as such; a time that the module has set is for the module to judge.
      if (output!.code === 124 && deadline.isOver())
        throw new TaskFailure(`not finished within ${deadline.seconds} s, and ended (timeout)`, {
          command: script.replace(/^exec /, ''),
          output: textOf(output!),
          result: { rc: 124 },
        });
      return textOf(output!);
    } finally {
      host.forget(); // also where it failed half way: what was read before may no longer be true
    }
  }

  write(path: string, content: Buffer | string, attributes: FileAttributes): Promise<{ backup?: string }> {
    return writeFile(this, path, content, attributes);
  }

  async reconnect(timeoutSeconds: number): Promise<void> {
    this.#context.host.forget();
    await this.#context.reconnect(timeoutSeconds);
  }
}

function cachedRead(value: Promise<unknown>, changes: number, signal: AbortSignal): CachedRead {
  const read: CachedRead = { value, at: Number.POSITIVE_INFINITY, changes, signal };
  const answered = (): void => {
    read.at = performance.now();
  };
  value.then(answered, answered);
  return read;
}

function bytesOf(content: string | Buffer): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
