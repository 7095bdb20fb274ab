import { holds, isWord, lower } from './characters.ts';
import type { Program, Step } from './program.ts';

/** The steps after which a search is given up: about a second. */
const mostSteps = 50_000_000;

/** A search that would take too long; a text of a host must not be able to stop the run. */
export class TooLong extends Error {}

export type Text = Uint16Array | Uint32Array;

/**
 * Tries paths through a program in the order in which Python would. Where no group decides what matches, a fork that has
 * failed at a position is not tried there again: the time is then at most proportional to the text.
 */
export class Machine {
  readonly #steps: readonly Step[];
  readonly #program: Program;
  readonly #text: Text;
  readonly slots: Int32Array;
  /** Pairs to go back to: a step and a position, or (below 0) a slot and what it held. */
  readonly #stack: number[] = [];
  readonly #marks: Uint32Array | undefined;
  /** The marks that are set, which a success must take back: a path that succeeded has not failed. */
  readonly #marked: number[] = [];
  #left = mostSteps;

  constructor(program: Program, text: Text) {
    this.#program = program;
    this.#steps = program.steps;
    this.#text = text;
    this.slots = new Int32Array(program.slots).fill(-1);
    const words = Math.ceil((program.marks * (text.length + 1)) / 32);
    if (words > 0) this.#marks = new Uint32Array(words);
  }

  /** The first match from a position on; `notEmpty`: not an empty one at that position. Its groups are in `slots`. */
  search(from: number, notEmpty: boolean): boolean {
    for (let start = this.#startFrom(from); start >= 0; start = this.#startFrom(start + 1)) {
      if (this.matchAt(start, notEmpty && start === from)) return true;
      if (this.#program.begins.at === 'text') return false;
    }
    return false;
  }

  matchAt(start: number, notEmpty: boolean): boolean {
    this.slots.fill(-1);
    this.#stack.length = 0;
    return this.#run(0, start, notEmpty ? start : -1) >= 0;
  }

  #startFrom(from: number): number {
    const { at, characters } = this.#program.begins;
    const text = this.#text;
    let start = from;
    if (at === 'text') start = from === 0 ? 0 : -1;
    else if (at === 'line' && from > 0) {
      const end = text.indexOf(10, from - 1);
      start = end < 0 ? -1 : end + 1;
    }
    if (at || !characters) return start > text.length ? -1 : start;
    const { ascii, others } = characters;
    for (; start < text.length; start++) {
      const code = text[start]!;
      if (code < 128 ? ascii[code] === 1 : others) return start;
    }
    return -1;
  }

  /** Where the path ends, or -1. What can still be undone stays on the stack, what could still be tried does not. */
  #run(first: number, position: number, emptyAt: number): number {
    const base = this.#stack.length;
    const markedBefore = this.#marked.length;
    let step = first;
    let at = position;
    for (;;) {
      if (--this.#left < 0) throw new TooLong();
      const taken = this.#take(step, at);
      if (taken === ended && at !== emptyAt) {
        this.#succeed(base, markedBefore);
        return at;
      }
      if (taken >= 0) {
        step = taken;
        at = this.#next;
        continue;
      }
      if (!this.#back(base)) return -1;
      step = this.#step;
      at = this.#next;
    }
  }

  #step = 0;
  #next = 0;

  /** Back to the last choice above `base`, undoing what came after it. */
  #back(base: number): boolean {
    const stack = this.#stack;
    while (stack.length > base) {
      const value = stack.pop()!;
      const what = stack.pop()!;
      if (what >= 0) {
        this.#step = what;
        this.#next = value;
        return true;
      }
      this.slots[-what - 1] = value;
    }
    return false;
  }

  #succeed(base: number, markedBefore: number): void {
    const stack = this.#stack;
    let kept = base;
    for (let i = base; i < stack.length; i += 2) {
      if (stack[i]! >= 0) continue;
      stack[kept++] = stack[i]!;
      stack[kept++] = stack[i + 1]!;
    }
    stack.length = kept;
    while (this.#marked.length > markedBefore) {
      const mark = this.#marked.pop()!;
      this.#marks![mark >>> 5]! &= ~(1 << (mark & 31));
    }
  }

  /** The next step, `ended` or `failed`; the next position is in #next. */
  #take(number: number, at: number): number {
    const step = this.#steps[number]!;
    const text = this.#text;
    this.#next = at;
    switch (step.op) {
      case 'character':
        if (at >= text.length || text[at] !== step.code) return failed;
        this.#next = at + 1;
        return number + 1;
      case 'set':
        if (at >= text.length || !holds(step.set, text[at]!)) return failed;
        this.#next = at + 1;
        return number + 1;
      case 'go':
        return step.to;
      case 'fork':
        if (this.#seen(step, at)) return failed;
        this.#stack.push(step.second, at);
        return step.first;
      case 'loop':
        return this.#loop(step, at);
      case 'save':
        this.#set(step.slot, at);
        return number + 1;
      case 'enter':
        this.#set(step.slot, at);
        return number + 1;
      case 'fresh':
        this.#set(step.slot, -1);
        return number + 1;
      case 'at':
        return isAt(step, text, at) ? number + 1 : failed;
      case 'look':
        return this.#look(step, number, at);
      case 'same':
        return this.#same(step, at) ? number + 1 : failed;
      case 'if':
        return this.slots[2 * step.group + 1]! >= 0 ? number + 1 : step.no;
      default:
        return ended;
    }
  }

  #set(slot: number, value: number): void {
    this.#stack.push(-slot - 1, this.slots[slot]!);
    this.slots[slot] = value;
  }

  #loop(step: Step & { op: 'loop' }, at: number): number {
    const { body, after, slot, lazy } = step;
    if (this.#seen(step, at)) return failed;
    if (this.slots[slot] === at) return after;
    this.#stack.push(lazy ? body : after, at);
    return lazy ? after : body;
  }

  #seen(step: Step & { op: 'fork' | 'loop' }, at: number): boolean {
    if (!this.#marks) return false;
    let variant = 0;
    for (const slot of step.within) if (this.slots[slot] === at) variant++;
    const mark = (step.mark + variant) * (this.#text.length + 1) + at;
    const bit = 1 << (mark & 31);
    if ((this.#marks[mark >>> 5]! & bit) !== 0) return true;
    this.#marks[mark >>> 5]! |= bit;
    this.#marked.push(mark);
    return false;
  }

  #look(step: Step & { op: 'look' }, number: number, at: number): number {
    const from = at - step.back;
    const base = this.#stack.length;
    const end = from < 0 ? -1 : this.#run(number + 1, from, -1);
    this.#next = step.atomic ? end : at;
    if (!step.negative) return end < 0 ? failed : step.to;
    if (end < 0) return step.to;
    this.#back(base);
    return failed;
  }

  #same({ group, ignoreCase, ascii }: Step & { op: 'same' }, at: number): boolean {
    const from = this.slots[2 * group]!;
    const to = this.slots[2 * group + 1]!;
    if (from < 0 || to < from || at + to - from > this.#text.length) return false;
    for (let i = from; i < to; i++) {
      const here = this.#text[at + i - from]!;
      const there = this.#text[i]!;
      if (here !== there && !(ignoreCase && lower(here, ascii) === lower(there, ascii))) return false;
    }
    this.#next = at + to - from;
    return true;
  }
}

const failed = -1;
const ended = -2;

function isAt({ where, multiline, ascii }: Step & { op: 'at' }, text: Text, at: number): boolean {
  const { length } = text;
  switch (where) {
    case '^':
      return at === 0 || (multiline && text[at - 1] === 10);
    case '$':
      return at === length || (text[at] === 10 && (multiline || at === length - 1));
    case '\\A':
      return at === 0;
    case '\\Z':
      return at === length;
    default: {
      // Python finds no \B in an empty text, nor a \b.
      if (length === 0) return false;
      const before = at > 0 && isWord(text[at - 1]!, ascii);
      const after = at < length && isWord(text[at]!, ascii);
      return (before !== after) === (where === '\\b');
    }
  }
}
