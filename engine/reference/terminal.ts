import type { Paint } from '../report/style.ts';
import type { Block, Term } from './page.ts';

/** Renders pages for a terminal, wrapped to its width, with names in bold if it has colors. */
export function onTerminal(blocks: readonly Block[], columns: number, paint: Paint): string {
  const width = Math.max(40, Math.min(columns, 100));
  return blocks
    .map((part) => block(part, width, paint))
    .join('\n')
    .replace(/^\n+/, '');
}

function block(part: Block, width: number, paint: Paint): string {
  switch (part.kind) {
    case 'heading':
      return `\n${paint(part.level === 3 ? `${part.text}:` : part.text.toUpperCase(), 'bold')}`;
    case 'text':
      return wrap(plain(part.text), width).join('\n');
    case 'code':
      return indented(part.text.split('\n'), 2);
    default:
      return part.rows.every(isShort)
        ? columnsOf(part.rows, width, paint)
        : part.rows.map((row) => term(row, width, paint)).join('\n');
  }
}

const isShort = ({ name, notes }: Term): boolean => notes === undefined && name.length <= 24;

/** Names and meanings side by side. */
function columnsOf(rows: readonly Term[], width: number, paint: Paint): string {
  const left = Math.max(...rows.map(({ name }) => name.length)) + 4;
  return rows
    .map(({ name, meaning }) => {
      const lines = wrap(plain(meaning), width - left);
      return `  ${paint(name, 'bold')}${' '.repeat(left - 2 - name.length)}${lines.join(`\n${' '.repeat(left)}`)}`.trimEnd();
    })
    .join('\n');
}

function term({ name, notes, meaning }: Term, width: number, paint: Paint): string {
  const beside = notes === undefined ? [] : wrap(plain(notes), width - name.length - 6);
  const head = `  ${paint(name, 'bold')}${beside.length > 0 ? `  ${paint(beside.join(`\n${' '.repeat(name.length + 4)}`), 'dim')}` : ''}`;
  return [head, ...(meaning === '' ? [] : [indented(wrap(plain(meaning), width - 6), 6)])].join('\n');
}

function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line)).join('\n');
}

/** Removes code marks. */
function plain(words: string): string {
  return words.replaceAll('`', '');
}

function wrap(words: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of words.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
