import type { Results } from './bench.ts';
import type { Name } from './contestants.ts';
import type { Measured } from './measure.ts';
import { median } from './measure.ts';
import { counts, delays, titles } from './scenarios.ts';
import { startSeconds } from './start.ts';

interface Target {
  readonly what: string;
  readonly limit: number;
  readonly unit: string;
  /** At least the limit; otherwise at most. */
  readonly atLeast?: true;
  /** Nothing where the scenario was left out. */
  readonly value: (results: Results) => number | undefined;
}

type Figure = keyof Measured;

const figure = (results: Results, title: string, name: Name, of: Figure = 'seconds'): number | undefined =>
  results.get(title)?.get(name)?.[of];

/** What `a` has to what `b` has. */
function ratio(title: string, a: Name, b: Name, of: Figure = 'seconds') {
  return (results: Results): number | undefined => {
    const [above, below] = [figure(results, title, a, of), figure(results, title, b, of)];
    return above === undefined || below === undefined ? undefined : above / below;
  };
}

/** After its handshake, which is the same for both: the channel, the command with its answer, the end of it. */
const floorsOwn = 3;

/** How often a run waits for the far end: what each millisecond of distance adds to it. */
function roundTrips(results: Results, name: Name): number | undefined {
  const far = figure(results, titles.delay(delays.at(-1)!), name);
  const near = figure(results, titles.delay(delays[0]), name);
  return far === undefined || near === undefined ? undefined : (far - near) / ((delays.at(-1)! - delays[0]) / 1000);
}

function growth(results: Results): number | undefined {
  const few = figure(results, titles.converged, 'tsplay', 'megabytes');
  const most = counts.findLast((count) => results.get(titles.hosts(count))?.has('tsplay'));
  if (few === undefined || most === undefined) return undefined;
  return (figure(results, titles.hosts(most), 'tsplay', 'megabytes')! - few) / (most - 5);
}

export const targets: readonly Target[] = [
  {
    what: 'converged run, to the floor in Node',
    limit: 1.5,
    unit: '×',
    value: ratio(titles.converged, 'tsplay', 'floor, Node'),
  },
  {
    what: 'converged run, faster than Ansible',
    limit: 30,
    unit: '×',
    atLeast: true,
    value: ratio(titles.converged, 'Ansible', 'tsplay'),
  },
  {
    what: 'converged run, faster than Mitogen',
    limit: 13,
    unit: '×',
    atLeast: true,
    value: ratio(titles.converged, 'Mitogen', 'tsplay'),
  },
  {
    what: "controller's CPU, to the floor in Node",
    limit: 1.5,
    unit: '×',
    value: ratio(titles.converged, 'tsplay', 'floor, Node', 'cpuSeconds'),
  },
  {
    what: 'memory for 5 hosts',
    limit: 90,
    unit: ' MB',
    value: (r) => figure(r, titles.converged, 'tsplay', 'megabytes'),
  },
  { what: 'memory for each further host', limit: 1, unit: ' MB', value: growth },
  {
    what: 'round trips after the handshake',
    limit: 4,
    unit: '',
    value: (r) => {
      const [own, floor] = [roundTrips(r, 'tsplay'), roundTrips(r, 'floor, Node')];
      return own === undefined || floor === undefined ? undefined : own - floor + floorsOwn;
    },
  },
  {
    what: 'check mode, to a run',
    limit: 1.1,
    unit: '×',
    value: (r) => {
      const [check, run] = [figure(r, titles.check, 'tsplay'), figure(r, titles.converged, 'tsplay')];
      return check === undefined || run === undefined ? undefined : check / run;
    },
  },
  { what: 'ping, to the floor in Node', limit: 1.3, unit: '×', value: ratio(titles.ping, 'tsplay', 'floor, Node') },
  {
    what: 'fresh run, to the floor in Node',
    limit: 1.1,
    unit: '×',
    value: ratio(titles.fresh, 'tsplay', 'floor, Node'),
  },
  {
    what: 'start-up to the first packet',
    limit: 0.25,
    unit: ' s',
    value: () => (startSeconds.length === 0 ? undefined : median(startSeconds)),
  },
];

export const met = ({ limit, atLeast }: Target, value: number): boolean => (atLeast ? value >= limit : value <= limit);
