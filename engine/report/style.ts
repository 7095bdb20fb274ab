import { harmless } from '../source/harmless.ts';

export { harmless };

const codes = { green: 32, yellow: 33, red: 31, cyan: 36, magenta: 35, dim: 2, bold: 1 } as const;

export type Style = keyof typeof codes;

/** Colours for a terminal; the identity where colours are off. */
export type Paint = (text: string, style: Style) => string;

export const plain: Paint = (text) => text;

export const coloured: Paint = (text, style) => `\u001B[${codes[style]}m${text}\u001B[0m`;

/** Colours if the stream is a terminal: NO_COLOR and TERM=dumb switch them off, FORCE_COLOR on. */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return plain;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return coloured;
  return stream.isTTY === true && TERM !== 'dumb' ? coloured : plain;
}

/** Harmless text of several lines, all but the first indented: no line of it can pass for a line of the report. */
export function indented(text: string, width: number): string {
  return harmless(text).replaceAll('\n', `\n${' '.repeat(width)}`);
}

/** Harmless text on one line: a name that holds remote data must not pass for lines of the report. */
export function onOneLine(text: string): string {
  return harmless(text).replaceAll(/\s*\n\s*/g, ' ');
}

/** Host names on one line; of a long list the first six. */
export function hostList(hosts: readonly string[]): string {
  const shown = hosts.length > 8 ? `${hosts.slice(0, 6).join(', ')} and ${hosts.length - 6} more` : hosts.join(', ');
  return hosts.length === 0 ? 'no hosts' : onOneLine(shown);
}
