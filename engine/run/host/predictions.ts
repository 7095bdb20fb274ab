import type { LiveReader, Prediction, Probe, UpcomingEffect } from '../../module/probe.ts';
import { UnknownValue } from '../../module/unknown.ts';

const subjectOf = (key: string): string => key.slice(key.indexOf(':') + 1);

type Predicted = { readonly value: unknown } | { readonly unknown: string } | { readonly as: Probe<unknown> };

/** In check mode: the host as earlier tasks would have left it. */
export class Predictions {
  readonly #values = new Map<string, Predicted>();
  /** For all keys that match, the latest first. */
  readonly #ranges: { readonly matches: (key: string) => boolean; readonly predicted: Predicted }[] = [];
  #since: string | undefined;
  readonly #coming: (UpcomingEffect & { readonly until: string })[] = [];
  readonly #own = new Map<string, Promise<unknown>>();
  readonly #shared: Map<string, Promise<unknown>>;

  /** `shared`: expensive reads made in order to predict, for all hosts on which they are the same. */
  constructor(shared: Map<string, Promise<unknown>> = new Map()) {
    this.#shared = shared;
  }

  /** `until`: the clause that says when what is unknown will be known: `until 'install haproxy' has run`. */
  add(predictions: readonly Prediction[], until: string): void {
    if (predictions.length > 0) this.#since ??= until;
    for (const p of predictions) {
      if (p.kind === 'value') this.#values.set(p.key, { value: p.value });
      else if (p.kind === 'unknown') this.#values.set(p.key, { unknown: until });
      else if (p.kind === 'same') this.#values.set(p.key, { as: p.as });
      else if (p.kind === 'all') this.#range((key) => key.startsWith(p.keys), { value: p.value });
      else if (p.kind === 'all-unknown') this.#range((key) => key.startsWith(p.keys), { unknown: until });
      else this.#coming.push({ ...p, until });
    }
  }

  /**
   * A task whose effect is unknown has read this: it may change it, and of a path also what it has not read: the content,
   * where it stopped at the owner, and everything below.
   */
  doubt(keys: Iterable<string>, until: string): void {
    const seen = new Set(keys);
    const places = [...new Set([...seen].map(subjectOf).filter((subject) => subject.startsWith('/')))];
    const within = (subject: string): boolean => places.some((p) => subject === p || subject.startsWith(`${p}/`));
    if (seen.size > 0) this.#since ??= until;
    this.#range((key) => seen.has(key) || within(subjectOf(key)), { unknown: until });
  }

  /** Earlier predictions for any of these keys are no longer valid. */
  #range(matches: (key: string) => boolean, predicted: Predicted): void {
    for (const key of this.#values.keys()) if (matches(key)) this.#values.delete(key);
    this.#ranges.unshift({ matches, predicted });
  }

  /** Since when the host would differ from what it is now: the first task that would have changed it. */
  get since(): string | undefined {
    return this.#since;
  }

  of(key: string): Predicted | undefined {
    return this.#values.get(key) ?? this.#ranges.find(({ matches }) => matches(key))?.predicted;
  }

  /**
   * What a probe that has read `value` on the host as it is now will read. Throws UnknownValue where a task that may bring
   * the thing would have run and the outcome cannot be known in advance. `live` reads the host as it is.
   */
  async foresee<T>({ appearsWith }: Probe<T>, value: T, live: LiveReader): Promise<T> {
    const since = this.#coming.find(({ cause }) => cause === appearsWith?.cause);
    if (!appearsWith || !since) return value;
    if (appearsWith.foresee) {
      const once = { read: <V>(other: Probe<V>) => this.#once(other, live) };
      const foreseen = await appearsWith.foresee(value, once, this.#coming);
      if (foreseen !== undefined) return foreseen;
    } else if (!appearsWith.absent(value)) return value;
    throw new UnknownValue(since.until);
  }

  /** Predicting may take seconds: each read that it needs is made once, for all hosts on which it is the same. */
  async #once<T>(probe: Probe<T>, live: LiveReader): Promise<T> {
    const { key, follows } = probe;
    const [memory, name] = follows ? [this.#shared, `${await live.read(follows)} ${key}`] : [this.#own, key];
    const known = memory.get(name) ?? live.read(probe);
    memory.set(name, known);
    known.catch(() => memory.delete(name)); // another host may be better off
    return known as Promise<T>;
  }
}
