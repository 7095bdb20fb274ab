import { TaskFailure } from '../../engine/module/failure.ts';
import type { Output } from '../../engine/module/probe.ts';

/** The output, if the probe ended in a way that means something; an answer that is none must not look like "not there". */
export function readable(what: string, out: Output, accept: readonly number[] = [0]): Output {
  if (accept.includes(out.code)) return out;
  throw new TaskFailure(`cannot look at ${what}: ${out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`}`, {
    output: out,
  });
}

/** The one of these words that a probe has printed. */
export function oneOf<const T extends string>(what: string, out: Output, words: readonly T[]): T {
  const said = readable(what, out).stdout.trim();
  const word = words.find((w) => w === said);
  if (word === undefined) throw new TaskFailure(`cannot look at ${what}: '${said}' is no answer`, { output: out });
  return word;
}
