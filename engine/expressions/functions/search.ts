import { TooLong } from '../../module/regex/machine.ts';
import { Regex } from '../../module/regex/regex.ts';
import { RegexError } from '../../module/regex/tree.ts';
import { Memo } from '../memo.ts';

const patterns = new Memo<Regex>(100_000);

/** Whether the pattern (Python's) matches in the text. */
export function search(text: string, pattern: string): boolean {
  return tried(pattern, (regex) => regex.test(text));
}

/** Whether the pattern matches at the start of the text, as `re.match` says. */
export function matchesStart(text: string, pattern: string): boolean {
  return tried(pattern, (regex) => regex.matches(text));
}

function tried(pattern: string, test: (regex: Regex) => boolean): boolean {
  try {
    return test(patterns.get(pattern, () => new Regex(pattern)));
  } catch (error) {
    if (error instanceof RegexError)
      throw new TypeError(`'${pattern}' is not a regular expression: ${error.message}`, { cause: error });
    if (error instanceof TooLong)
      throw new TypeError(`'${pattern}' takes too long on this text: rewrite its repetitions`, { cause: error });
    throw error;
  }
}
