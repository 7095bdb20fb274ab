/** In check mode: a value that cannot be known until an earlier task has really run. Contagious. */
export class Unknown {
  /** A clause for a person: `until 'install containerd' has run`. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Thrown where an unknown value is needed to go on; the step that needed it is reported as unknown. */
export class UnknownValue extends Error {
  override readonly name = 'UnknownValue';
  readonly reason: string;

  constructor(reason: string) {
    super(`unknown ${reason}`);
    this.reason = reason;
  }
}

/** Undefined where, in check mode, only an earlier task's change will make it known: for what a check can do without. */
export async function unlessUnknown<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnknownValue) return undefined;
    throw error;
  }
}
