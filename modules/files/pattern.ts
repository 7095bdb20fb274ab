import { TaskFailure } from '../../engine/module/failure.ts';
import { TooLong } from '../../engine/module/regex/machine.ts';
import { Regex } from '../../engine/module/regex/regex.ts';
import type { Replacement } from '../../engine/module/regex/replacement.ts';
import { Source } from '../../engine/module/regex/source.ts';
import { RegexError } from '../../engine/module/regex/tree.ts';

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with the patterns among these arguments. */
export function lintPatterns(args: Given, names: readonly string[]): string[] {
  return names.flatMap((name) => problemsOf(() => typeof args[name] === 'string' && compile(name, args[name])));
}

/** What is wrong with a replacement, where it and its pattern are known. */
export function lintReplacement(args: Given, name: string): string[] {
  const { regexp, [name]: text } = args;
  if (typeof regexp !== 'string' || typeof text !== 'string' || lintPatterns(args, ['regexp']).length > 0) return [];
  return problemsOf(() => replacementOf(compile('regexp', regexp), name, text));
}

function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof TaskFailure) return [error.message];
    throw error;
  }
}

/** The pattern that an argument holds. */
export function compile(name: string, source: string, lines = false): Regex {
  return readAs(`'${name}' is not a regular expression`, source, () => new Regex(source, { m: lines }));
}

/** The replacement that an argument holds. */
export function replacementOf(pattern: Regex, name: string, text: string): Replacement {
  return readAs(`'${name}' does not fit the regular expression`, text, () => pattern.replacement(text));
}

function readAs<T>(problem: string, text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new TaskFailure(`${problem}: ${error.message}: ${text}`);
  }
}

/** Matching, ended when it takes too long: a host's text must not be able to stop the run. */
export function bounded<T>(path: string, source: string, job: () => T): T {
  try {
    return job();
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    throw new TaskFailure(`the pattern takes too long on ${path}: ${source}`, {
      hint: 'repetitions around a group that is referred to, such as (a+)+\\1, can take exponential time: rewrite the pattern',
    });
  }
}

/** Whether a pattern or a replacement names the carriage return itself. */
export function namesReturn(text: string): boolean {
  const source = new Source(text);
  for (let next = source.take(); next !== undefined; next = source.take())
    if (next === '\\r' || next === '\r') return true;
  return false;
}
