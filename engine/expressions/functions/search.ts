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
    compiled = compile(RE2, pattern);
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

function compile(Engine: new (pattern: string) => Pattern, pattern: string): Pattern {
  try {
    return new Engine(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unreadable';
    throw new TypeError(`'${pattern}' is not a pattern: ${reason}`, { cause: error });
  }
}
