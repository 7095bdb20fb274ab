import type { Results } from './bench.ts';
import { type Name, names } from './contestants.ts';
import { counts, delays, titles } from './scenarios.ts';
import { digits } from './table.ts';

/** Colours that people tell apart, for a light and for a dark page. */
const colours: Readonly<Record<Name, readonly [light: string, dark: string]>> = {
  'floor, OpenSSH': ['#9a9a9a', '#7a7a7a'],
  'floor, Node': ['#666666', '#a8a8a8'],
  tsplay: ['#0072b2', '#56b4e9'],
  Mitogen: ['#b07d00', '#e6b422'],
  Ansible: ['#d55e00', '#f08a4b'],
  'Ansible, facts': ['#a8477e', '#dc93bd'],
};

const [width, height] = [240, 190];

interface Series {
  readonly name: Name;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Three pictures side by side, seconds on a logarithmic scale: who takes how long, how far away, with how many hosts. */
export function plotOf(results: Results): string {
  const seconds = (name: Name, title: string): number | undefined => results.get(title)?.get(name)?.seconds;
  const along = (stops: readonly (readonly [number, string])[]): Series[] =>
    names.flatMap((name) => {
      const points = stops.flatMap(([x, title]) => {
        const y = seconds(name, title);
        return y === undefined ? [] : [[x, y] as const];
      });
      return points.length > 1 ? [{ name, points }] : [];
    });
  const panels = [
    bars(
      names.flatMap((name) =>
        seconds(name, titles.converged) === undefined ? [] : [{ name, value: seconds(name, titles.converged)! }],
      ),
    ),
    lines(
      'milliseconds of round trip',
      along([[0, titles.converged], ...delays.map((ms) => [ms, titles.delay(ms)] as const)]),
      (x) => x,
    ),
    lines('hosts', along([[5, titles.converged], ...counts.map((n) => [n, titles.hosts(n)] as const)]), Math.log10),
  ];
  const placed = panels.map((panel, i) => `<g transform="translate(${20 + i * (width + 40)} 30)">${panel}</g>`);
  const key = names.map((name, i) => {
    const at = 20 + i * 136;
    return `<rect class="${classOf(name)}" x="${at}" y="${height + 68}" width="10" height="10"/><text x="${at + 15}" y="${height + 77}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${3 * (width + 40)} ${height + 90}" role="img" aria-label="Seconds for a converged run">
<style>${style}</style>
<text class="title" x="20" y="16">A converged run: seconds, the less the better (logarithmic)</text>
${[...placed, ...key].join('\n')}
</svg>
`;
}

const classOf = (name: Name): string => `c${names.indexOf(name)}`;

const painted = (dark: 0 | 1): string =>
  names.map((name) => `.${classOf(name)}{fill:${colours[name][dark]};stroke:${colours[name][dark]}}`).join('');

const style = `text{font:11px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:13px}.axis{stroke:#bbb;stroke-width:1}.line{fill:none!important;stroke-width:2}${painted(0)}@media(prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#555}${painted(1)}}`;

function bars(values: readonly { readonly name: Name; readonly value: number }[]): string {
  const lowest = 0.1;
  const most = Math.max(1, ...values.map((v) => v.value));
  const length = (value: number): number =>
    ((Math.log10(Math.max(value, lowest)) + 1) / (Math.log10(most) + 1)) * (width - 40);
  const step = height / Math.max(1, values.length);
  const drawn = values.map(({ name, value }, i) => {
    const y = i * step + 4;
    const long = length(value);
    return `<rect class="${classOf(name)}" x="0" y="${round(y)}" width="${round(long)}" height="${round(step - 8)}"/><text x="${round(long + 5)}" y="${round(y + step / 2)}">${digits(value)}</text>`;
  });
  return `${drawn.join('')}<text x="0" y="${height + 26}">5 hosts</text>`;
}

function lines(label: string, series: readonly Series[], scale: (x: number) => number): string {
  const all = series.flatMap((s) => s.points);
  if (all.length === 0) return '';
  const [left, right] = bounds(all.map(([x]) => scale(x)));
  const [low, high] = bounds(all.map(([, y]) => Math.log10(y)));
  const [bottom, top] = [Math.floor(low), Math.ceil(high)];
  const at = ([x, y]: readonly [number, number]): string =>
    `${round(((scale(x) - left) / (right - left)) * width)},${round(height - ((Math.log10(y) - bottom) / (top - bottom)) * height)}`;
  const ticks = Array.from({ length: top - bottom + 1 }, (_, i) => {
    const y = round(height - (i / (top - bottom)) * height);
    return `<path class="axis" d="M0 ${y}H${width}"/><text x="-4" y="${round(y + 3)}" text-anchor="end">${10 ** (bottom + i)}</text>`;
  });
  const stops = [...new Set(all.map(([x]) => x))].map((x) => {
    const [place] = at([x, 10 ** bottom]).split(',');
    return `<text x="${place}" y="${height + 13}" text-anchor="middle">${x}</text>`;
  });
  const drawn = series.map(({ name, points }) => {
    const dots = points.map((p) => `<circle class="${classOf(name)}" cx="${at(p).replace(',', '" cy="')}" r="2.5"/>`);
    return `<polyline class="${classOf(name)} line" points="${points.map(at).join(' ')}"/>${dots.join('')}`;
  });
  return `${ticks.join('')}${stops.join('')}${drawn.join('')}<text x="0" y="${height + 26}">${label}</text>`;
}

const bounds = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

const round = (value: number): number => Math.round(value * 10) / 10;
