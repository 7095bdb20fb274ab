import { closeSync, openSync, writeSync } from 'node:fs';
import { jsonLine } from '../report/jsonl.ts';
import type { Emit, Event } from '../run/events/event.ts';
import { UsageError } from './problem.ts';

export interface ReportOptions {
  readonly output: string;
  readonly outputFile?: string;
  readonly diff?: boolean;
  readonly verbose: number;
}

export interface Reporters {
  readonly emit: Emit;
  readonly close: () => void;
}

/**
 * What shows the events of a run on standard output, and keeps a copy in a file where one is asked for. `own`: the view for
 * a person, where it is not that of a run.
 */
export async function reporters(options: ReportOptions, own?: (event: Event) => string): Promise<Reporters> {
  let show: (event: Event) => string | undefined = jsonLine;
  if (options.output === 'human' && own) show = own;
  else if (options.output === 'human') {
    const { humanReporter } = await import('../report/human.ts');
    const { paintFor } = await import('../report/style.ts');
    const { isTTY, columns } = process.stdout;
    const live = isTTY && process.env['TERM'] !== 'dumb' ? { columns } : {};
    show = humanReporter({
      paint: paintFor(process.stdout),
      diff: options.diff ?? false,
      verbosity: options.verbose,
      ...live,
    });
  }
  const copy = options.outputFile === undefined ? undefined : new Copy(options.outputFile);
  return {
    emit: (event) => {
      const text = show(event);
      if (text !== undefined) process.stdout.write(text);
      copy?.add(jsonLine(event));
    },
    close: () => copy?.close(),
  };
}

/** The events in a file. Written at once, so that a run that dies has told all that it did. */
class Copy {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, 'w', 0o600);
    } catch (error) {
      throw new UsageError(`--output-file: ${(error as Error).message}`);
    }
  }

  /** A disk that is full costs the rest of the copy, not the run. */
  add(line: string | undefined): void {
    if (line === undefined || this.#file === undefined) return;
    try {
      writeSync(this.#file, line);
    } catch (error) {
      process.stderr.write(`warning: the copy in ${this.#path} is not whole: ${(error as Error).message}\n`);
      this.close();
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
