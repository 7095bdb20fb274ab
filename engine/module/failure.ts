import type { Output } from './probe.ts';
import { quoteAll } from './quote.ts';

/** A task that failed on a host, worded for the person who reads it at 3 a.m. Modules throw it; any other exception is a bug. */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
  /** What to do next, if anything is known to help. */
  readonly hint?: string;
  /** The command that failed, as it would be typed. */
  readonly command?: string;
  readonly output?: Output;
  /** Further fields for the registered result. */
  readonly result?: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    details: { hint?: string; command?: string; output?: Output; result?: Record<string, unknown> } = {},
  ) {
    super(message);
    if (details.hint !== undefined) this.hint = details.hint;
    if (details.command !== undefined) this.command = details.command;
    if (details.output) this.output = details.output;
    if (details.result) this.result = details.result;
  }
}

/** Throws unless the exit code is 0 (or in `accept`). */
export function expectSuccess(
  argv: readonly string[],
  output: Output,
  hint?: string,
  accept: readonly number[] = [0],
): Output {
  if (accept.includes(output.code)) return output;
  const lastLine = output.stderr.trim().split('\n').at(-1) || output.stdout.trim().split('\n').at(-1) || 'no output';
  throw new TaskFailure(`${argv[0]} failed with exit code ${output.code}: ${lastLine}`, {
    command: quoteAll(argv),
    output,
    ...(hint !== undefined && { hint }),
  });
}

/** The output, if the probe ran properly; a failed read must not be mistaken for "absent". */
export function readable(what: string, out: Output, accept: readonly number[] = [0]): Output {
  if (accept.includes(out.code)) return out;
  throw new TaskFailure(`cannot read ${what}: ${out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`}`, {
    output: out,
  });
}

/** Returns the one of these words that the probe printed. */
export function oneOf<const T extends string>(what: string, out: Output, words: readonly T[]): T {
  const said = readable(what, out).stdout.trim();
  const word = words.find((w) => w === said);
  if (word === undefined)
    throw new TaskFailure(`cannot read ${what}: '${said}' is not a known answer`, { output: out });
  return word;
}
