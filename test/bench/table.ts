import type { Results } from './bench.ts';
import { type Name, names } from './contestants.ts';
import type { Measured } from './measure.ts';
import { met, targets } from './targets.ts';

/** The medians: a row for each work, a column for each contestant; then the targets. In Markdown, aligned to be read as it is. */
export function tableOf(results: Results): string {
  const columns = names.filter((name) => [...results.values()].some((row) => row.has(name)));
  const part = (heading: string, show: (m: Measured) => string): string =>
    aligned([
      [heading, ...columns],
      ...[...results].map(([work, row]) => [work, ...columns.map((name) => cell(row, name, show))]),
    ]);
  const judged = targets.flatMap((target) => {
    const value = target.value(results);
    if (value === undefined) return [];
    const limit = `${target.atLeast ? '≥' : '≤'} ${target.limit}${target.unit}`;
    return [[target.what, `${digits(value)}${target.unit}`, limit, met(target, value) ? 'met' : '**missed**']];
  });
  return [
    part('seconds', (m) => digits(m.seconds)),
    part("controller's CPU seconds / peak MB", (m) => `${digits(m.cpuSeconds)} / ${Math.round(m.megabytes)}`),
    ...(judged.length > 0 ? [aligned([['target', 'measured', 'wanted', ''], ...judged])] : []),
  ].join('\n');
}

const cell = (row: ReadonlyMap<Name, Measured>, name: Name, show: (m: Measured) => string): string => {
  const measured = row.get(name);
  return measured ? show(measured) : '–';
};

/** Three that count. */
export const digits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    (row) => `| ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(' | ')} |`,
  );
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return `${[lines[0], rule, ...lines.slice(1)].join('\n')}\n`;
}
