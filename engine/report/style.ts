/** Colours for a terminal; the identity where colours are off. */
export type Paint = (text: string, style: 'green' | 'yellow' | 'red' | 'cyan' | 'magenta' | 'dim' | 'bold') => string;

const codes = { green: 32, yellow: 33, red: 31, cyan: 36, magenta: 35, dim: 2, bold: 1 } as const;

export const plain: Paint = (text) => text;

export const coloured: Paint = (text, style) => `\u001B[${codes[style]}m${text}\u001B[0m`;

/** Colours on a terminal that wants them: NO_COLOR and TERM=dumb switch them off, FORCE_COLOR on. */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return plain;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return coloured;
  return stream.isTTY === true && TERM !== 'dumb' ? coloured : plain;
}

/** Control characters of remote output must not drive the reader's terminal, nor turn the order of what is read. */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, (c) => {
    const digits = c.charCodeAt(0).toString(16);
    return c === '\r' ? '' : digits.length > 2 ? `\\u${digits}` : `\\x${digits.padStart(2, '0')}`;
  });
}

/** The same for a text of several lines, with all but the first moved to the right: none begins as those of the report do. */
export function indented(text: string, width: number): string {
  return harmless(text).replaceAll('\n', `\n${' '.repeat(width)}`);
}

/** The same for what has its place on a line: a name with remote data in it must not pass for lines of the report. */
export function onOneLine(text: string): string {
  return harmless(text).replaceAll(/\s*\n\s*/g, ' ');
}
