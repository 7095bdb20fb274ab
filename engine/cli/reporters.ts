import { closeSync, openSync, writeSync } from 'node:fs';
import { jsonLine } from '../report/jsonl.ts';
import { createView, type Running } from '../report/outputs.ts';
import { harmless, paintFor } from '../report/style.ts';
import type { Emit, Event } from '../run/events/event.ts';
import { UsageError } from './problem.ts';

export interface ReportOptions {
  readonly output: string;
  readonly outputFile?: string;
  readonly diff?: boolean;
  readonly verbose?: number;
}

export interface Reporters {
  readonly emit: Emit;
  readonly close: () => void;
}

/** Shows the events of a command's run on standard output and, with --output-file, writes a copy into a file. */
export async function reporters(command: Running, options: ReportOptions): Promise<Reporters> {
  const { isTTY, columns } = process.stdout;
  const view = await createView(command, options.output, {
    paint: paintFor(process.stdout),
    diff: options.diff ?? false,
    verbosity: options.verbose ?? 0,
    ...(isTTY && process.env['TERM'] !== 'dumb' && { columns }),
  });
  const show = isolated(`--output ${options.output}`, (event) => {
    const text = view(event);
    if (text !== undefined && text !== '') process.stdout.write(text);
  });
  if (options.outputFile === undefined) return { emit: show, close: () => {} };
  const copy = new Copy(options.outputFile);
  const keep = isolated(`--output-file ${options.outputFile}`, (event) => copy.add(jsonLine(event)));
  return {
    emit: (event) => {
      show(event);
      keep(event);
    },
    close: () => copy.close(),
  };
}

/**
 * An output that never ends the run, whatever it throws: its first failure is a warning on standard error, and it goes on
 * with the next event.
 */
export function isolated(
  name: string,
  report: Emit,
  warn: (text: string) => void = (text) => void process.stderr.write(text),
): Emit {
  let failed = false;
  return (event: Event) => {
    try {
      report(event);
    } catch (error) {
      if (failed) return;
      failed = true;
      const reason = error instanceof Error ? error.message : String(error);
      warn(`warning: ${name} is incomplete, the run continues: ${harmless(reason)}\n`);
    }
  };
}

/** The events in a file, each written at once: if the run dies, the file says what it did. */
class Copy {
  #file: number | undefined;

  constructor(path: string) {
    try {
      this.#file = openSync(path, 'w', 0o600);
    } catch (error) {
      throw new UsageError(`--output-file: ${(error as Error).message}`);
    }
  }

  /** Throws if the file cannot be written (the disk is full); the rest of the copy is then left out. */
  add(line: string | undefined): void {
    if (line === undefined || this.#file === undefined) return;
    try {
      writeSync(this.#file, line);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
