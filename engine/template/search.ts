import { createRequire } from 'node:module';

interface Pattern {
  test(text: string): boolean;
}

const patterns = new Map<string, Pattern>();
let RE2: (new (pattern: string) => Pattern) | undefined;

/** Whether the text has a match of the pattern (RE2: time grows with the text only). The engine is loaded at first use. */
export function search(text: string, pattern: string): boolean {
  let compiled = patterns.get(pattern);
  if (!compiled) {
    RE2 ??= (createRequire(import.meta.url)('@bufbuild/re2') as { RE2JS: new (pattern: string) => Pattern }).RE2JS;
    compiled = new RE2(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}
