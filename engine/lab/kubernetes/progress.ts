import { setInterval } from 'node:timers';
import { readJson, writeJson } from '../record.ts';

/** What is to be compiled of a component, counted before it begins. */
export interface Portion {
  readonly name: string;
  /** All its packages, and those that Go's cache does not have. */
  readonly all: number;
  readonly missing: number;
  /** The guess for all of them, where no earlier run says. */
  readonly seconds: number;
}

export const elapsed = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
};

type Times = Readonly<Record<string, number>>;

/** Seconds that are left: of each component the part that is missing, as fast as the last run was. */
export function secondsLeft(portions: readonly Portion[], compiled: ReadonlyMap<string, number>, times: Times): number {
  const left = portions.map(({ name, all, missing, seconds }) => {
    const share = all === 0 ? 0 : Math.max(0, missing - (compiled.get(name) ?? 0)) / all;
    return (times[name] ?? seconds) * share;
  });
  return left.reduce((sum, one) => sum + one, 0);
}

/** The guess, at the pace of this run: what was to take `expected` seconds so far has taken `passed`. */
export const paced = (guess: number, expected: number, passed: number): number =>
  expected < 20 ? guess : (guess * passed) / expected;

export interface Progress {
  /** A package of this component is being compiled. */
  compiled(name: string): void;
  /** The component is done. */
  finished(name: string, milliseconds: number): Promise<void>;
  end(): void;
}

/** Tells every half minute how much is compiled; remembers how long each component took. */
export async function startProgress(
  title: string,
  portions: readonly Portion[],
  timesFile: string,
  log: (line: string) => void,
): Promise<Progress> {
  const times: Times = (await readJson<Times>(timesFile)) ?? {};
  const compiled = new Map<string, number>();
  const total = portions.reduce((sum, { all }) => sum + all, 0);
  const before = portions.reduce((sum, { all, missing }) => sum + all - missing, 0);
  const start = performance.now();
  const atStart = secondsLeft(portions, compiled, times);
  const tell = (): void => {
    const done = before + [...compiled.values()].reduce((sum, count) => sum + count, 0);
    const guess = secondsLeft(portions, compiled, times);
    const seconds = paced(guess, atStart - guess, (performance.now() - start) / 1000);
    const left = Math.max(1, Math.ceil(seconds / 60));
    log(`${title}: ${Math.min(done, total)} of ${total} packages compiled, about ${left} min left`);
  };
  tell();
  const timer = setInterval(tell, 30_000);
  return {
    compiled: (name) => void compiled.set(name, (compiled.get(name) ?? 0) + 1),
    finished: async (name, milliseconds) => {
      const portion = portions.find((one) => one.name === name);
      if (!portion) return;
      compiled.set(name, portion.missing);
      // A run that found most of it in the cache says nothing about how long the whole takes.
      if (portion.missing < portion.all / 2) return;
      const whole = Math.round(((milliseconds / 1000) * portion.all) / portion.missing);
      await writeJson(timesFile, { ...(await readJson<Times>(timesFile)), [name]: whole });
    },
    end: () => clearInterval(timer),
  };
}
