import type { Results } from './bench.ts';
import { type Name, names } from './contestants.ts';
import type { Measured } from './measure.ts';
import { counts, titles } from './scenarios.ts';
import { met, targets } from './targets.ts';

/**
 * The targets, then the medians: a row for each work, a column for each contestant, with the ratio to tsplay; then the cost
 * per host with many hosts. Markdown, aligned to be readable as plain text.
 */
export function tableOf(results: Results): string {
  const columns = names.filter((name) => [...results.values()].some((row) => row.has(name)));
  const part = (heading: string, rows: Results, show: (m: Measured, own: Measured | undefined) => string): string =>
    aligned([
      [heading, ...columns],
      ...[...rows].map(([work, row]) => [
        work,
        ...columns.map((name) => cell(row, name, (m) => show(m, name === 'tsplay' ? undefined : row.get('tsplay')))),
      ]),
    ]);
  const judged = targets.flatMap((target) => {
    const value = target.value(results);
    if (value === undefined) return [];
    const limit = `${target.atLeast ? '≥' : '≤'} ${target.limit}${target.unit}`;
    return [[target.what, `${digits(value)}${target.unit}`, limit, met(target, value) ? 'met' : '**missed**']];
  });
  const many = new Map(
    counts.flatMap((count) => {
      const row = results.get(titles.hosts(count));
      if (!row) return [];
      const each = [...row].map(([name, m]) => [name, perHost(m, count)] as const);
      return [[`each of ${count.toLocaleString('en')} hosts`, new Map(each)] as const];
    }),
  );
  const times = (m: Measured, own: Measured | undefined): string =>
    own ? `${digits(m.seconds)} (${ratio(m.seconds / own.seconds)})` : digits(m.seconds);
  return [
    ...(judged.length > 0 ? [aligned([['target', 'measured', 'wanted', ''], ...judged])] : []),
    part('seconds (to tsplay)', results, times),
    part("controller's CPU seconds / peak MB", results, (m) => `${digits(m.cpuSeconds)} / ${Math.round(m.megabytes)}`),
    ...(many.size > 0
      ? [
          part('milliseconds / CPU milliseconds / MB', many, (m) =>
            [m.seconds * 1000, m.cpuSeconds * 1000, m.megabytes].map(digits).join(' / '),
          ),
        ]
      : []),
  ].join('\n');
}

/** The share of each host. */
export function perHost({ seconds, cpuSeconds, megabytes }: Measured, count: number): Measured {
  return { seconds: seconds / count, cpuSeconds: cpuSeconds / count, megabytes: megabytes / count };
}

const ratio = (value: number): string => `${value >= 9.95 ? value.toFixed(0) : value.toFixed(1)}×`;

const cell = (row: ReadonlyMap<Name, Measured>, name: Name, show: (m: Measured) => string): string => {
  const measured = row.get(name);
  return measured ? show(measured) : '–';
};

/** Three significant digits. */
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
