import type { Result } from '../../../engine/run/events/event.ts';
import { type Written, writtenBetween } from '../../lab/cluster.ts';
import type { Moment } from './messages.ts';

/** What was written on the hosts before each step of an undisturbed run, and at its end. */
export interface Reference {
  readonly order: readonly string[];
  /** The moments of each step, in order. */
  readonly moments: ReadonlyMap<string, readonly Moment[]>;
  readonly modules: ReadonlyMap<string, string>;
  readonly before: ReadonlyMap<string, Written>;
  readonly end: Written;
}

export const isFailure = ({ status, ignored, rescued }: Result): boolean =>
  (status === 'failed' || status === 'unreachable') && !ignored && !rescued;

/** Written by programs of the host, differently in each run: when something was done, and how often. */
const records: readonly RegExp[] = [
  /^\/var\/log(\/|$)/,
  /^\/var\/cache\/apt(\/|$)/,
  /^\/var\/cache\/(debconf|ldconfig|man)(\/|$)/,
  /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$/,
  /^\/var\/lib\/dpkg\/([^/]*-old|lock|lock-frontend)$/,
  /^\/var\/lib\/systemd(\/|$)/,
  /^\/var\/lib\/apt\/extended_states$/,
  // What a command prints that goes on is kept for whoever asks for it.
  /^\/tmp\/tsplay-async-\d+(\/|$)/,
  /^\/etc\/\.pwd\.lock$/,
  /^\/root\/\.kube\/cache(\/|$)/,
  /^\/var\/lib\/apt\/lists\/(partial|lock)(\/|$)/,
];

/** Compares what was written, without what differs from one undisturbed run to the next. */
export class Likeness {
  readonly #differing: ReadonlySet<string>;

  /** Contents that differ between these two are not compared later; types, modes and owners are. */
  constructor(one: Reference, other: Reference) {
    const paths = [...one.before].flatMap(([step, written]) => {
      const twin = other.before.get(step);
      return twin ? writtenBetween(written, twin) : [];
    });
    this.#differing = new Set([...paths, ...writtenBetween(one.end, other.end)]);
  }

  get differing(): readonly string[] {
    return [...this.#differing].filter((line) => !this.#recorded(line)).sort();
  }

  #recorded(line: string): boolean {
    const path = line.slice(line.indexOf(' ') + 1);
    return records.some((pattern) => pattern.test(path));
  }

  /** `HOST PATH` where a state is none of those that are allowed. */
  unlike(now: Written, ...allowed: readonly Written[]): string[] {
    const [first, ...others] = allowed;
    return writtenBetween(now, first!).flatMap((line) => {
      if (this.#recorded(line)) return [];
      const at = line.indexOf(' ');
      const [host, path] = [line.slice(0, at), line.slice(at + 1)];
      const value = (written: Written): string => {
        const text = written.get(host)?.get(path) ?? 'nothing';
        return this.#differing.has(line) ? text.replace(/ [0-9a-f]{64}$/, '') : text;
      };
      const wanted = [first!, ...others].map(value);
      return wanted.includes(value(now)) ? [] : `${line} (${value(now)}, not ${wanted.join(' or ')})`;
    });
  }
}
