import type { Block, Term } from './page.ts';

/** Renders pages as Markdown. */
export function markdown(blocks: readonly Block[]): string {
  return `${blocks.map(block).join('\n\n')}\n`;
}

function block(part: Block): string {
  switch (part.kind) {
    case 'heading':
      return `${'#'.repeat(part.level)} ${part.level === 3 ? part.text.replace(/^./, (c) => c.toUpperCase()) : part.text}`;
    case 'text':
      return part.text;
    case 'code':
      return `\`\`\`yaml\n${part.text}\n\`\`\``;
    default:
      return table(part.rows);
  }
}

function table(rows: readonly Term[]): string {
  const noted = rows.some(({ notes }) => notes !== undefined);
  const line = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [
    noted ? line('name', 'value', 'meaning') : line('name', 'meaning'),
    noted ? '|---|---|---|' : '|---|---|',
    ...rows.map(({ name, notes = '', meaning, linked }) =>
      line(linked ? `[${name}](#${name})` : `\`${cell(name)}\``, ...(noted ? [cell(notes)] : []), cell(meaning)),
    ),
  ].join('\n');
}
