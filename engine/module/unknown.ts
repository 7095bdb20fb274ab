/** In check mode: a value that cannot be known until an earlier task has run. It propagates to everything computed from it. */
export class Unknown {
  /** A clause for messages: `until 'install containerd' has run`. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Thrown when an unknown value is needed; the task that needed it is reported as unknown. */
export class UnknownValue extends Error {
  override readonly name = 'UnknownValue';
  readonly reason: string;

  constructor(reason: string) {
    super(`unknown ${reason}`);
    this.reason = reason;
  }
}

/** Undefined if, in check mode, the value is unknown: for values that a check can do without. */
export async function unlessUnknown<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnknownValue) return undefined;
    throw error;
  }
}
