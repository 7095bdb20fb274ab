import type { Results } from './bench.ts';
import { type Name, names } from './contestants.ts';
import type { Measured } from './measure.ts';
import { counts, delays, titles } from './scenarios.ts';
import { digits, perHost } from './table.ts';

/** Distinguishable colors, for a light and for a dark page. */
const colours: Readonly<Record<Name, readonly [light: string, dark: string]>> = {
  'floor, OpenSSH': ['#a3a3a3', '#6e6e6e'],
  'floor, Node': ['#5a5a5a', '#b8b8b8'],
  tsplay: ['#0072b2', '#56b4e9'],
  Mitogen: ['#b07d00', '#e6b422'],
  Ansible: ['#d55e00', '#f08a4b'],
};

const [width, height] = [250, 180];
const [column, row] = [width + 70, height + 80];
const [left, top] = [50, 74];

interface Stop {
  readonly x: number;
  readonly title: string;
}

interface Series {
  readonly name: Name;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Five pictures, the less the better, bars from zero and lines on a logarithmic scale: who takes how long, how far away, with how many hosts. */
export function plotOf(results: Results): string {
  const lineAt = (stops: readonly Stop[], of: (measured: Measured, x: number) => number): Series[] =>
    names.flatMap((name) => {
      const points = stops.flatMap(({ x, title }): [number, number][] => {
        const measured = results.get(title)?.get(name);
        return measured ? [[x, of(measured, x)]] : [];
      });
      return points.length > 0 ? [{ name, points }] : [];
    });
  const far = [0, ...delays].map((ms) => ({ x: ms, title: ms === 0 ? titles.converged : titles.delay(ms) }));
  const many = [{ x: 5, title: titles.converged }, ...counts.map((x) => ({ x, title: titles.hosts(x) }))];
  const each = (title: string, of: (measured: Measured) => number): string =>
    lines(
      title,
      'hosts',
      Math.log10,
      lineAt(many, (measured, count) => of(perHost(measured, count))),
    );
  const panels = [
    bars(results),
    '',
    lines(
      'Converged run by distance: seconds',
      'milliseconds of round trip',
      (x) => x,
      lineAt(far, (m) => m.seconds),
    ),
    each('Milliseconds per host', (m) => m.seconds * 1000),
    each("Controller's CPU milliseconds per host", (m) => m.cpuSeconds * 1000),
    each("Controller's peak MB per host", (m) => m.megabytes),
  ];
  const placed = panels.map(
    (panel, i) => `<g transform="translate(${left + (i % 3) * column} ${top + Math.floor(i / 3) * row})">${panel}</g>`,
  );
  const key = names.map((name, i) => {
    const at = left - 30 + i * 130;
    return `<rect class="${classOf(name)}" x="${at}" y="14" width="11" height="11" rx="2"/><text x="${at + 17}" y="24">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + 3 * column} ${top + 2 * row}" role="img" aria-label="Time, CPU and memory of tsplay beside others, the less the better">
<style>${style}</style>
${[...key, ...placed].join('\n')}
</svg>
`;
}

const classOf = (name: Name): string => `c${names.indexOf(name)}`;

const painted = (dark: 0 | 1): string =>
  names.map((name) => `.${classOf(name)}{fill:${colours[name][dark]};stroke:${colours[name][dark]}}`).join('');

const style = `text{font:11px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:12.5px}.axis{stroke:#ccc}.line{fill:none!important;stroke-width:2}${painted(0)}@media(prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#444}${painted(1)}}`;

const heading = (text: string): string => `<text class="title" x="0" y="-14">${text}</text>`;

/** The decades that contain all values, and a value's position between them: 0 at the bottom, 1 at the top. */
function decades(values: readonly number[]): {
  readonly marks: readonly number[];
  readonly place: (value: number) => number;
} {
  const bottom = Math.floor(Math.log10(Math.min(...values)));
  const count = Math.max(1, Math.ceil(Math.log10(Math.max(...values)) - bottom));
  return {
    marks: Array.from({ length: count + 1 }, (_, i) => 10 ** (bottom + i)),
    place: (value) => (Math.log10(value) - bottom) / count,
  };
}

/** A group of bars for each work on five hosts, two side by side, each group on a scale of its own. */
function bars(results: Results): string {
  const works = [titles.fresh, titles.converged, titles.check, titles.ping].filter((title) => results.has(title));
  if (works.length === 0) return '';
  const thick = 13;
  const groups = works.map((title, i) => {
    const longest = Math.max(...[...results.get(title)!.values()].map(({ seconds }) => seconds));
    const drawn = names
      .filter((name) => results.get(title)!.has(name))
      .map((name, n) => {
        const { seconds } = results.get(title)!.get(name)!;
        const [y, long] = [15 + n * thick, round((seconds / longest) * (width - 30))];
        return `<rect class="${classOf(name)}" x="0" y="${y}" width="${long}" height="${thick - 3}" stroke="none"/><text x="${long + 5}" y="${y + 9}">${digits(seconds)}</text>`;
      });
    const at = `${(i % 2) * column - 30} ${Math.floor(i / 2) * (height / 2 + 12)}`;
    return `<g transform="translate(${at})"><text x="0" y="9">${title.replace(', 5 hosts', '')}</text>${drawn.join('')}</g>`;
  });
  return `<g transform="translate(-30 0)">${heading('Five hosts: seconds')}</g>${groups.join('')}`;
}

function lines(title: string, label: string, scale: (x: number) => number, series: readonly Series[]): string {
  const all = series.flatMap((s) => s.points);
  if (all.length === 0) return '';
  const stops = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b);
  const [first, last] = [scale(stops[0]!), scale(stops.at(-1)!)];
  const { marks, place } = decades(all.map(([, y]) => y));
  const across = (x: number): number => round(last === first ? 0 : ((scale(x) - first) / (last - first)) * width);
  const up = (y: number): number => round(height - place(y) * height);
  const grid = marks.map(
    (mark) =>
      `<path class="axis" d="M0 ${up(mark)}H${width}"/><text x="-6" y="${up(mark) + 4}" text-anchor="end">${Number(mark.toPrecision(1))}</text>`,
  );
  const below = stops.map((x) => `<text x="${across(x)}" y="${height + 15}" text-anchor="middle">${x}</text>`);
  const drawn = series.map(({ name, points }) => {
    const dots = points.map(([x, y]) => `<circle class="${classOf(name)}" cx="${across(x)}" cy="${up(y)}" r="3"/>`);
    const path = points.map(([x, y]) => `${across(x)},${up(y)}`).join(' ');
    return `<polyline class="${classOf(name)} line" points="${path}"/>${dots.join('')}`;
  });
  return `${heading(title)}${grid.join('')}${below.join('')}${drawn.join('')}<text x="${width}" y="${height + 31}" text-anchor="end">${label}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
