/** One line of text: no control character but the tab, and none of the characters that some programs take for a line end. */
export function isLine(text: string): boolean {
  return !/[^\P{Cc}\t]|[\u2028\u2029]/u.test(text);
}

/** One field of a line, or the name of something: not empty, no white space, and no leading `-`, which would make it an option. */
export function isWord(text: string): boolean {
  return isLine(text) && /^[^-\s]\S*$/u.test(text);
}

/**
 * For text that becomes part of a line which a host's tool or file format reads: `format: 'line'` or `format: 'word'` in a
 * schema. A colon, a comma or a `#` that separates fields in one format only is for that module's own `pattern`.
 */
export const lineFormats = { line: isLine, word: isWord } as const;
