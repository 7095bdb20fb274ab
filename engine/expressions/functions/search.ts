import { TooLong } from '../../module/regex/machine.ts';
import { Regex } from '../../module/regex/regex.ts';
import { RegexError } from '../../module/regex/tree.ts';
import { Memo } from '../memo.ts';
import { text } from './define.ts';
import type { Parameter } from './types.ts';

const patterns = new Memo<Regex>(100_000);

/** A parameter that is a regular expression. */
export function pattern(name: string): Parameter<string> {
  return { ...text(name), readConstant: (value) => void read(value) };
}

/** Whether the pattern (Python's) matches in the text. */
export function search(value: string, source: string): boolean {
  return tried(source, (regex) => regex.test(value));
}

/** Whether the pattern matches at the start of the text, as `re.match` says. */
export function matchesStart(value: string, source: string): boolean {
  return tried(source, (regex) => regex.matches(value));
}

function tried(source: string, test: (regex: Regex) => boolean): boolean {
  const regex = read(source);
  try {
    return test(regex);
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    throw new TypeError(`'${source}' takes too long on this text: rewrite its repetitions`, { cause: error });
  }
}

function read(source: string): Regex {
  try {
    return patterns.get(source, () => new Regex(source));
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new TypeError(`'${source}' is not a regular expression: ${error.message}`, { cause: error });
  }
}
