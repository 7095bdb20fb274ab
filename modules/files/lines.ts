/** A line of a file, and how it ends: not at all where the file ends without a newline. */
export interface Line {
  readonly text: string;
  readonly end: '\n' | '\r\n' | '';
}

export function linesOf(text: string): Line[] {
  return Array.from(text.matchAll(/([^\n]*?)(\r?\n|$)/g), ([, line, end]) => ({
    text: line!,
    end: end as Line['end'],
  })).filter(({ text: line, end }) => line !== '' || end !== '');
}

/** The lines one after the other; a line that came to stand before others is ended as they are. */
export function textOf(lines: readonly Line[]): string {
  const end = endOf(lines);
  return lines.map((line) => line.text + (line.end || end)).join('');
}

/** How new lines of a file end: with CR LF where all others do. */
export function endOf(lines: readonly Line[]): '\n' | '\r\n' {
  const ended = lines.filter(({ end }) => end !== '');
  return ended.length > 0 && ended.every(({ end }) => end === '\r\n') ? '\r\n' : '\n';
}

/** New lines, with the line ends of their file. */
export function newLines(text: string, end: Line['end']): Line[] {
  return linesOf(text).map((line) => ({ text: bare(line.text), end }));
}

/** A line without the CR of its end. */
export function bare(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** The line as a pattern sees it: with its newline, as in Ansible, and without the CR before that. */
export function seen({ text, end }: Line): string {
  return end === '' ? text : `${text}\n`;
}
