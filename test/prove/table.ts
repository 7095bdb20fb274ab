import { type Fidelity, percent } from './fidelity.ts';

/** A Markdown table; the first row is its header. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return `${[line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')}\n`;
}

export const fidelityHead = [
  'check, then run',
  'steps',
  'unknown',
  'predicted',
  'changed',
  'precision',
  'recall',
  'reworded',
  'values',
  'written',
] as const;

/** One row of the table above. */
export function fidelityRow(name: string, f: Fidelity, written: number): readonly string[] {
  return [
    name,
    String(f.steps),
    percent(f.unknown, f.steps),
    String(f.predictedChanges),
    String(f.changed),
    percent(f.both, f.predictedChanges),
    percent(f.both, f.changed),
    String(f.reworded.length),
    `${f.right} of ${f.values}`,
    String(written),
  ];
}
