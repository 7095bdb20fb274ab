import { setMaxListeners } from 'node:events';
import { TaskFailure } from '../../module/failure.ts';

/** The time that a task has (`timeout`). */
export interface Deadline {
  /** Aborted with a TaskFailure when the time is over; undefined: no limit. */
  readonly signal?: AbortSignal;
  readonly seconds?: number;
  /** Whole seconds left, at least 1; undefined: no limit. */
  left(): number | undefined;
  /** Whether the time is over: before `signal` knows, where an answer comes in the same moment. */
  isOver(): boolean;
}

/** The user has interrupted the run before this had changed anything. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted: nothing was changed by it');
  }
}

export const noDeadline: Deadline = { left: () => undefined, isOver: () => false };

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
    isOver: () => performance.now() >= end,
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
