import type { Event } from '../run/events/event.ts';

/** Events on their way to a reader that takes them at its own pace. */
export class EventQueue {
  readonly #most: number;
  #events: Event[] = [];
  #unread = 0;
  #waiting: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #unbounded = false;

  constructor(most = 1_000) {
    this.#most = most;
  }

  readonly push = (event: Event): void => {
    this.#events.push(event);
    this.#unread++;
    this.#wake?.();
  };

  /** Resolves when there is room for more events. */
  readonly ready = (): Promise<void> =>
    this.#unbounded || this.#unread < this.#most
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiting.push(resolve));

  /** From now on nothing waits for the reader: the run is about to end. */
  readonly release = (): void => {
    this.#unbounded = true;
    this.#wakeWriters();
  };

  /** There are no more events; those that are unread still can be read. */
  readonly end = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  async *read(): AsyncGenerator<Event, void, void> {
    for (;;) {
      const batch = this.#events;
      this.#events = [];
      for (const event of batch) {
        if (--this.#unread < this.#most) this.#wakeWriters();
        yield event;
      }
      if (this.#events.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #wakeWriters(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
