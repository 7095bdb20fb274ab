interface Candidate {
  readonly pattern: Pattern;
  readonly offset: number;
}

export interface Pattern {
  readonly text: string;
  /** A part of at least this many characters is found as well; undefined: only the whole. */
  readonly part?: number;
}

export interface Found {
  readonly pattern: Pattern;
  readonly from: number;
  readonly to: number;
  /** Whether it reaches the pattern's beginning, and its end. */
  readonly begins: boolean;
  readonly ends: boolean;
}

/** More places of one pattern are not indexed: parts of a longer one must be longer to be found. */
const mostPlaces = 4096;
/** More candidates that begin alike are not tried: a text of one repeated character has as many as it is long. */
const mostAlike = 24;
const size = 1 << 20;

/**
 * Finds many patterns in one pass over a text: at each position, the next few characters decide which patterns can begin
 * there. The time depends on the text's length, hardly on the number of patterns.
 */
export class Matcher {
  readonly #gram: number;
  readonly #starts = new Map<string, Candidate[]>();
  readonly #known = new Set<string>();
  /** One bit for each hash of the first characters: most positions are ruled out by it. */
  #bits: Uint8Array | undefined;

  /** No pattern is shorter than `gram`. */
  constructor(gram: number) {
    this.#gram = gram;
  }

  add(text: string, part?: number): void {
    if (text.length < this.#gram || this.#known.has(text)) return;
    this.#known.add(text);
    this.#bits ??= new Uint8Array(size >> 3);
    const stride = part === undefined ? 0 : Math.ceil(text.length / mostPlaces);
    const pattern: Pattern = { text, ...(part !== undefined && text.length > part && { part: part + stride - 1 }) };
    this.#start({ pattern, offset: 0 });
    if (pattern.part === undefined) return;
    for (let offset = stride; offset + pattern.part <= text.length; offset += stride) this.#start({ pattern, offset });
  }

  #start(candidate: Candidate): void {
    const { pattern, offset } = candidate;
    const key = pattern.text.slice(offset, offset + this.#gram);
    const alike = this.#starts.get(key);
    if (!alike) this.#starts.set(key, [candidate]);
    else if (offset === 0) alike.unshift(candidate);
    else if (alike.length < mostAlike) alike.push(candidate);
    let hash = 0;
    for (let i = 0; i < key.length; i++) hash = step(hash, key.charCodeAt(i));
    this.#bits![(hash & (size - 1)) >> 3]! |= 1 << (hash & 7);
  }

  get isEmpty(): boolean {
    return this.#bits === undefined;
  }

  /** Every place of a whole pattern, and of each long enough part; of parts that overlap one place for all. */
  find(text: string): readonly Found[] {
    const bits = this.#bits;
    const found: Found[] = [];
    if (!bits) return found;
    const gram = this.#gram;
    let next = 0;
    for (let at = 0; at + gram <= text.length; at++) {
      let hash = 0;
      for (let i = at; i < at + gram; i++) hash = step(hash, text.charCodeAt(i));
      if ((bits[(hash & (size - 1)) >> 3]! & (1 << (hash & 7))) === 0) continue;
      const candidates = this.#starts.get(text.slice(at, at + gram));
      if (!candidates) continue;
      for (const { pattern, offset } of candidates) {
        const { text: wanted, part } = pattern;
        if (part !== undefined && at < next) continue; // what reaches beyond the part found before is found after it
        const length = commonLength(text, at, wanted, offset);
        const whole = offset === 0 && length === wanted.length;
        if (!whole && (part === undefined || length < part)) continue;
        found.push({
          pattern,
          from: at,
          to: at + length,
          begins: offset === 0,
          ends: offset + length === wanted.length,
        });
        if (part !== undefined) next = Math.max(next, at + length - part);
      }
    }
    return found;
  }
}

function step(hash: number, code: number): number {
  return (Math.imul(hash, 0x01000193) ^ code) + (hash >>> 13);
}

function commonLength(text: string, at: number, wanted: string, offset: number): number {
  const most = Math.min(text.length - at, wanted.length - offset);
  let length = 0;
  while (length < most && text.charCodeAt(at + length) === wanted.charCodeAt(offset + length)) length++;
  return length;
}
