import { isIPv6 } from 'node:net';

/** One line of text: no control character but the tab, and none of the characters that some programs take for a line end. */
export function isLine(text: string): boolean {
  return !/[^\P{Cc}\t]|[\u2028\u2029]/u.test(text);
}

/** One field of a line, or the name of something: not empty, no white space, and no leading `-`, which would make it an option. */
export function isWord(text: string): boolean {
  return isLine(text) && /^[^-\s]\S*$/u.test(text);
}

/**
 * The name of a host, wherever it comes from. It is used as one part of a path and as an operand, so it holds no slash and
 * begins with a letter, a digit or _.
 */
export function isHostName(text: string): boolean {
  if (/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.@%+-]*$/u.test(text)) return text.length <= 255;
  // Looked for first: Node's first isIPv6 call compiles a regular expression, which takes milliseconds.
  return text.includes(':') && isIPv6(text);
}

export const hostNameRule = 'use letters, digits, dots, - and _, beginning with a letter, a digit or _';

/** The name of a group: as for hosts, but inventory programs use further characters (`tag:role=web`). */
export function isGroupName(text: string): boolean {
  return /^[\p{L}\p{N}_](?:[^\p{C}\p{Zl}\p{Zp}/\\,]*[^\p{C}\p{Z}/\\,])?$/u.test(text) && text.length <= 255;
}

export const groupNameRule = 'begin it with a letter, a digit or _, and use no slash, comma or control character';

/**
 * For text that becomes part of a line which a host's tool or file format reads: `format: 'line'` or `format: 'word'` in a
 * schema (`format: 'host'` for a host's name or address). A colon, a comma or a `#` that separates fields in one format only is for that module's own `pattern`.
 */
export const lineFormats = { line: isLine, word: isWord, host: isHostName } as const;
