/** One finished piece of a stream: what was printed before the mark, and what the mark's line says. */
export interface Frame {
  readonly body: Buffer;
  readonly sequence: number;
  readonly code: number;
}

/** What may follow a mark up to the end of its line: two numbers, with room to spare. */
const longestMarkLine = 256;

/**
 * Cuts a stream at its marks: `MARK SEQUENCE CODE\n`, right behind the output, whether or not that ends with a newline.
 * Each byte is searched once: only the last few that could begin a mark are held back for the next chunk.
 */
export class Frames {
  readonly #mark: Buffer;
  readonly #onFrame: (frame: Frame) => void;
  #parts: Buffer[] = [];
  #held = Buffer.alloc(0);
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
      this.#keep(rest.subarray(0, at));
      const [sequence, code] = rest.toString('latin1', line, end).trim().split(' ').map(Number);
      const body = this.rest();
      rest = rest.subarray(end + 1);
      this.#onFrame({ body, sequence: sequence ?? Number.NaN, code: code ?? Number.NaN });
    }
  }

  /** Takes out what has come since the last mark. */
  rest(): Buffer {
    this.#keep(this.#held);
    const body = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.size = 0;
    return body;
  }

  #hold(data: Buffer, from: number): void {
    this.#keep(data.subarray(0, from));
    // A copy: a few held bytes must not keep a whole chunk in memory.
    this.#held = Buffer.from(data.subarray(from));
  }

  #keep(part: Buffer): void {
    this.#held = Buffer.alloc(0);
    if (part.length === 0) return;
    this.#parts.push(part);
    this.size += part.length;
  }
}
