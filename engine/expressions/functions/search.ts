import { createRequire } from 'node:module';
import { Memo } from '../memo.ts';

interface Pattern {
  test(text: string): boolean;
}

const patterns = new Memo<Pattern>(100_000);
let RE2: (new (pattern: string) => Pattern) | undefined;

/** Whether the pattern (RE2: linear in the length of the text) matches in the text. The engine is loaded at first use. */
export function search(text: string, pattern: string): boolean {
  return patterns.get(pattern, () => compile(pattern)).test(text);
}

function compile(pattern: string): Pattern {
  RE2 ??= (createRequire(import.meta.url)('@bufbuild/re2') as { RE2JS: new (pattern: string) => Pattern }).RE2JS;
  try {
    return new RE2(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unreadable';
    throw new TypeError(`'${pattern}' is not a pattern: ${reason}`, { cause: error });
  }
}
