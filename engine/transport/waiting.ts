/** Why it was aborted, always an Error. */
export function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/** What waits for each signal. A signal has one listener for all of them: adding one takes longer the more there are. */
const waiting = new WeakMap<AbortSignal, { readonly calls: Set<() => void>; readonly listener: () => void }>();

/** Calls back once on abort, at once if it has happened already. Returns the function that stops waiting. */
export function onAbort(signal: AbortSignal | undefined, listener: (reason: Error) => void): () => void {
  if (!signal) return () => {};
  const call = () => listener(reasonOf(signal));
  if (signal.aborted) call();
  else waitFor(signal, call);
  return () => stopWaiting(signal, call);
}

function waitFor(signal: AbortSignal, call: () => void): void {
  const known = waiting.get(signal);
  if (known) return void known.calls.add(call);
  const calls = new Set([call]);
  const listener = (): void => {
    waiting.delete(signal);
    for (const each of calls) each();
  };
  waiting.set(signal, { calls, listener });
  signal.addEventListener('abort', listener, { once: true });
}

function stopWaiting(signal: AbortSignal, call: () => void): void {
  const known = waiting.get(signal);
  if (!known?.calls.delete(call) || known.calls.size > 0) return;
  waiting.delete(signal);
  signal.removeEventListener('abort', known.listener);
}

/** The promise's result, or a rejection with the signal's reason as soon as it is aborted. Does not end the work itself. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const stopListening = onAbort(signal, reject);
    promise.finally(stopListening).then(resolve, reject);
  });
}

/** Calls back after so many seconds; never where that is more than a timer can count (24 days). */
export function afterSeconds(seconds: number, listener: () => void): NodeJS.Timeout | undefined {
  const milliseconds = seconds * 1000;
  return milliseconds < 2 ** 31 ? setTimeout(listener, milliseconds) : undefined;
}

/** Like untilAborted, and rejects with the error of `late` after so many seconds. */
export function withDeadline<T>(
  promise: Promise<T>,
  seconds: number,
  late: () => Error,
  signal: AbortSignal | undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = afterSeconds(seconds, () => reject(late()));
  });
  return untilAborted(Promise.race([promise, deadline]), signal).finally(() => clearTimeout(timer));
}

export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stopListening();
      resolve();
    }, milliseconds);
    const stopListening = onAbort(signal, (reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}

/** What is opened once and used by several until it is closed or lost. */
interface Openable {
  readonly alive: boolean;
  close(): unknown;
}

/** One opening that several callers wait for. The abort of one ends only its own wait; when nobody waits any more, it is aborted. */
class Opening<T extends Openable> {
  readonly result: Promise<T>;
  /** Once it is open. */
  opened: T | undefined;
  readonly #controller = new AbortController();
  #waiting = 0;
  #isSettled = false;

  constructor(open: (signal: AbortSignal) => Promise<T>) {
    const { signal } = this.#controller;
    const work = open(signal);
    const settle = () => {
      this.#isSettled = true;
    };
    work.then((opened) => {
      if (this.isAborted) return void opened.close();
      this.opened = opened;
      return settle();
    }, settle);
    this.result = untilAborted(work, signal);
    this.result.catch(() => {}); // everybody may have stopped waiting
  }

  get isAborted(): boolean {
    return this.#controller.signal.aborted;
  }

  async wait(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting++;
    try {
      return await untilAborted(this.result, signal);
    } finally {
      if (--this.#waiting === 0) this.abort(new Error('nobody waits for it any more'));
    }
  }

  abort(reason: Error): void {
    if (!this.#isSettled) this.#controller.abort(reason);
  }
}

/** Openings by key: those who ask at once share one, and one that has failed or was lost is begun anew. */
export class Openings<T extends Openable> {
  readonly #byKey = new Map<string, Opening<T>>();

  async get(key: string, open: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    throwIfAborted(signal);
    for (;;) {
      const present = this.#byKey.get(key);
      if (present?.opened?.alive) return present.opened;
      if (!present || present.isAborted) return this.#begin(key, open).wait(signal);
      const value = await present.wait(signal);
      if (value.alive) return value;
      this.#forget(key, present);
    }
  }

  /** Aborts what is under way. */
  abortAll(reason: Error): void {
    for (const opening of this.#byKey.values()) opening.abort(reason);
    this.#byKey.clear();
  }

  #begin(key: string, open: (signal: AbortSignal) => Promise<T>): Opening<T> {
    const opening = new Opening(open);
    this.#byKey.set(key, opening);
    opening.result.catch(() => this.#forget(key, opening));
    return opening;
  }

  #forget(key: string, opening: Opening<T>): void {
    if (this.#byKey.get(key) === opening) this.#byKey.delete(key);
  }
}
