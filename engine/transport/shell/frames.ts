/** One finished piece of a stream: what was printed before the mark, and what the mark's line says. */
export interface Frame {
  readonly body: Buffer;
  readonly sequence: number;
  readonly code: number;
}

/** What may follow a mark up to the end of its line: two numbers, with room to spare. */
const longestMarkLine = 256;

const none = Buffer.alloc(0);

/** Pieces below this size are copied together: each would keep the whole buffer that it came in, and an object besides. */
const small = 16 * 1024;
const blockSize = 64 * 1024;

/**
 * Cuts a stream at its marks: `MARK SEQUENCE CODE\n`, right behind the output, whether or not that ends with a newline.
 * Each byte is searched once: only the last few that could begin a mark are held back for the next chunk.
 */
export class Frames {
  readonly #mark: Buffer;
  readonly #onFrame: (frame: Frame) => void;
  #parts: Buffer[] = [];
  #block = none;
  /** How much of the block is filled. */
  #filled = 0;
  #held = none;
  /** Bytes of the piece that is not finished yet. */
  size = 0;
  /** A mark was followed by something other than its line; whatever comes later is ignored. */
  isBroken = false;

  constructor(mark: string, onFrame: (frame: Frame) => void) {
    this.#mark = Buffer.from(mark);
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    if (this.isBroken) return;
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    for (;;) {
      const at = rest.indexOf(this.#mark);
      const line = at < 0 ? rest.length : at + this.#mark.length;
      const length = rest.subarray(line, line + longestMarkLine + 1).indexOf(0x0a);
      if (length < 0 && rest.length - line > longestMarkLine) {
        this.isBroken = true;
        return;
      }
      const end = line + length;
      if (length < 0) {
        this.#hold(rest, at < 0 ? Math.max(0, rest.length - this.#mark.length + 1) : at);
        return;
      }
      const [, sequence, code] = /^ (\d+) (\d+)$/.exec(rest.toString('latin1', line, end)) ?? [];
      const body = this.#take(rest.subarray(0, at));
      rest = rest.subarray(end + 1);
      this.#onFrame({ body, sequence: Number(sequence), code: Number(code) });
      if (this.isBroken) return;
    }
  }

  /** Lets go of all that is kept, and takes no more. */
  close(): void {
    this.isBroken = true;
    this.#parts = [];
    this.#block = none;
    this.#held = none;
    this.#filled = 0;
    this.size = 0;
  }

  /** Takes out what has come since the last mark. */
  rest(): Buffer {
    return this.#take(this.#held);
  }

  /** All that is kept, and this; not copied where it is all. */
  #take(last: Buffer): Buffer {
    this.#held = none;
    if (this.size === 0) return last;
    this.#keep(last);
    this.#closeBlock();
    const parts = this.#parts;
    this.#parts = [];
    this.size = 0;
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  #hold(data: Buffer, from: number): void {
    this.#keep(data.subarray(0, from));
    // A copy: a few held bytes must not keep a whole chunk in memory.
    this.#held = Buffer.from(data.subarray(from));
  }

  #keep(part: Buffer): void {
    this.size += part.length;
    if (part.length >= small) {
      this.#closeBlock();
      this.#parts.push(part);
    } else if (part.length > 0) {
      if (this.#filled + part.length > this.#block.length) this.#closeBlock();
      if (this.#block.length === 0) this.#block = Buffer.allocUnsafeSlow(blockSize);
      this.#filled += part.copy(this.#block, this.#filled);
    }
  }

  #closeBlock(): void {
    if (this.#filled > 0) this.#parts.push(this.#block.subarray(0, this.#filled));
    this.#block = none;
    this.#filled = 0;
  }
}
