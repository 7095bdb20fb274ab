const mebibyte = 1024 * 1024;

/** Who keeps output that has come from a host until its command ends. */
interface Holder {
  /** In bytes. */
  readonly held: number;
  /** All hold too much, and this one most: it has to let go at once. */
  letGo(most: number): void;
}

/**
 * Bounds what hosts can make this process keep. Each has its own bound besides; but many can come close to theirs at once. Those
 * that hold little are left alone: that many hosts print a little is no fault of any.
 */
export class HeldOutput {
  readonly #holders = new Set<Holder>();
  readonly #most: number;
  readonly #little: number;
  #total = 0;

  constructor(most = 72 * mebibyte, little = 4 * mebibyte) {
    this.#most = most;
    this.#little = little;
  }

  /** `bytes` more have come; negative where they have been handed on. */
  add(holder: Holder, bytes: number): void {
    this.#total += bytes;
    if (holder.held > 0) this.#holders.add(holder);
    else this.#holders.delete(holder);
    if (bytes < 0 || this.#total <= this.#most) return;
    const largest = [...this.#holders].reduce((a, b) => (b.held > a.held ? b : a));
    if (largest.held > this.#little) largest.letGo(this.#most);
  }
}

/** Of this process: its memory is one. */
export const heldOutput = new HeldOutput();
