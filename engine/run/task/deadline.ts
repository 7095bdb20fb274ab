import { setMaxListeners } from 'node:events';
import { TaskFailure } from '../../module/failure.ts';

/** The time that a task has (`timeout`). */
export interface Deadline {
  /** Aborted with a TaskFailure when the time is over; undefined: no limit. */
  readonly signal?: AbortSignal;
  readonly seconds?: number;
  /** Whole seconds left, at least 1; undefined: no limit. */
  left(): number | undefined;
}

/** The user has interrupted the run before this had changed anything. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted: nothing was changed by it');
  }
}

export const noDeadline: Deadline = { left: () => undefined };

/** Begins a task's time; `seconds` 0: no limit. Call `end` when the task is over. */
export function startDeadline(seconds: number): Deadline & { end(): void } {
  if (seconds === 0) return { ...noDeadline, end: () => {} };
  const controller = new AbortController();
  const end = performance.now() + seconds * 1000;
  const timer = setTimeout(
    () => controller.abort(new TaskFailure(`not finished within ${seconds} s (timeout)`, { result: { rc: 124 } })),
    Math.min(seconds * 1000, 2 ** 31 - 1),
  );
  return {
    signal: shared(controller.signal),
    seconds,
    left: () => Math.max(1, Math.ceil((end - performance.now()) / 1000)),
    end: () => clearTimeout(timer),
  };
}

/** Aborted when the time is over, but not by an interrupt: for what belongs to a change. */
export function uninterruptible({ signal }: Deadline): AbortSignal {
  return signal ?? new AbortController().signal;
}

/** Aborted as soon as one of them is, with its reason. */
export function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const given = [...new Set(signals.filter((signal) => signal !== undefined))];
  return given.length === 1 ? given[0]! : shared(AbortSignal.any(given));
}

/** A signal that many wait for at the same time: Node need not warn of that. */
export function shared(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/** What waits for each signal. It has one listener for all: adding one takes longer the more there are. */
const waiting = new WeakMap<AbortSignal, { readonly listener: () => void; readonly rejects: Set<() => void> }>();

/** Waits for something that cannot be aborted itself, but no longer than until the signal is. */
export function until<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const give = (): void => reject(signal.reason as Error);
    work.finally(() => stopWaiting(signal, give)).then(resolve, reject);
    if (signal.aborted) give();
    else waitFor(signal, give);
  });
}

function waitFor(signal: AbortSignal, reject: () => void): void {
  const known = waiting.get(signal);
  if (known) return void known.rejects.add(reject);
  const rejects = new Set([reject]);
  const listener = (): void => {
    waiting.delete(signal);
    for (const each of rejects) each();
  };
  waiting.set(signal, { listener, rejects });
  signal.addEventListener('abort', listener, { once: true });
}

function stopWaiting(signal: AbortSignal, reject: () => void): void {
  const known = waiting.get(signal);
  if (!known?.rejects.delete(reject) || known.rejects.size > 0) return;
  waiting.delete(signal);
  signal.removeEventListener('abort', known.listener);
}
