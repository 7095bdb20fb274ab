import { type Beginning, beginningOf } from './beginning.ts';
import { type Matcher, matcherOf, onlyCharacter } from './characters.ts';
import type { Parsed } from './parse.ts';
import { type Node, type Place, RegexError, widthOf } from './tree.ts';

/** One step of the machine in machine.ts. Without a `next` of its own, the following step comes next. */
export type Step =
  | { readonly op: 'set'; readonly set: Matcher }
  | { readonly op: 'character'; readonly code: number }
  | { readonly op: 'at'; readonly where: Place; readonly multiline: boolean; readonly ascii: boolean }
  | { readonly op: 'save'; readonly slot: number }
  | { op: 'go'; to: number }
  /** Tries `first`, then `second`. `mark` is where it is remembered that this failed here; `within` are the slots of the loops around it. */
  | { op: 'fork'; first: number; second: number; readonly mark: number; readonly within: readonly number[] }
  /** A fork at a loop whose body may take nothing: the body is not entered again where it was last, which its slot knows. */
  | {
      op: 'loop';
      body: number;
      after: number;
      readonly slot: number;
      readonly lazy: boolean;
      readonly mark: number;
      readonly within: readonly number[];
    }
  | { readonly op: 'fresh' | 'enter'; readonly slot: number }
  | {
      op: 'look';
      /** The step after it; its own follow, up to an `end`. */
      to: number;
      readonly back: number;
      readonly negative: boolean;
      readonly atomic: boolean;
    }
  | { readonly op: 'same'; readonly group: number; readonly ignoreCase: boolean; readonly ascii: boolean }
  | { op: 'if'; readonly group: number; no: number }
  | { readonly op: 'end' };

export interface Program {
  readonly steps: readonly Step[];
  readonly slots: number;
  /** How many marks there are for each position; 0: nothing can be remembered, because what matches depends on groups. */
  readonly marks: number;
  readonly begins: Beginning;
}

const mostSteps = 20_000;

export function compileTree({ tree, groups }: Parsed): Program {
  const compiler = new Compiler(groups);
  compiler.add({ is: 'group', number: 0, body: tree });
  compiler.steps.push({ op: 'end' });
  return {
    steps: compiler.steps,
    slots: compiler.slots,
    marks: compiler.remembers ? compiler.marks : 0,
    begins: beginningOf(tree),
  };
}

class Compiler {
  readonly steps: Step[] = [];
  slots: number;
  marks = 0;
  remembers = true;
  #within: readonly number[] = [];
  readonly #widths = new Map<number, readonly [number, number]>();

  constructor(groups: number) {
    this.slots = 2 * (groups + 1);
  }

  add(node: Node): void {
    if (this.steps.length > mostSteps) throw new RegexError('the repetitions make the pattern too large', 0);
    const { steps } = this;
    switch (node.is) {
      case 'set': {
        const code = onlyCharacter(node.set, node.flags);
        steps.push(
          code === undefined ? { op: 'set', set: matcherOf(node.set, node.flags) } : { op: 'character', code },
        );
        return;
      }
      case 'at':
        steps.push({ op: 'at', where: node.where, multiline: node.flags.m, ascii: node.flags.a });
        return;
      case 'sequence':
        for (const item of node.items) this.add(item);
        return;
      case 'either':
        this.#either(node.branches);
        return;
      case 'group':
        steps.push({ op: 'save', slot: 2 * node.number });
        this.add(node.body);
        steps.push({ op: 'save', slot: 2 * node.number + 1 });
        this.#widths.set(node.number, widthOf(node.body, this.#widths));
        return;
      case 'atomic':
        this.#look(0, false, true, () => this.add(node.body));
        return;
      case 'look':
        this.#look(node.behind ? widthOf(node.body, this.#widths)[0] : 0, node.negative, false, () =>
          this.add(node.body),
        );
        return;
      case 'same':
        this.remembers = false;
        steps.push({ op: 'same', group: node.group, ignoreCase: node.flags.i, ascii: node.flags.a });
        return;
      case 'if':
        this.#condition(node.group, node.yes, node.no);
        return;
      case 'repeat':
        if (node.how !== 'possessive') this.#repeat(node.body, node.min, node.max, node.how === 'lazy');
        else
          this.#look(0, false, true, () => this.#repeat({ is: 'atomic', body: node.body }, node.min, node.max, false));
    }
  }

  #either(branches: readonly Node[]): void {
    const { steps } = this;
    const ends: { to: number }[] = [];
    for (const [i, branch] of branches.entries()) {
      const last = i === branches.length - 1;
      const fork = last ? undefined : this.#fork();
      if (fork) fork.first = steps.length;
      this.add(branch);
      if (!last) {
        const go = { op: 'go' as const, to: 0 };
        steps.push(go);
        ends.push(go);
      }
      if (fork) fork.second = steps.length;
    }
    for (const end of ends) end.to = steps.length;
  }

  #fork(): Step & { op: 'fork' } {
    const fork = { op: 'fork' as const, first: 0, second: 0, mark: this.#mark(), within: this.#within };
    this.steps.push(fork);
    return fork;
  }

  /** A place for each state that the loops around can be in: how many of them have taken nothing since they began this round. */
  #mark(): number {
    const mark = this.marks;
    this.marks += this.#within.length + 1;
    return mark;
  }

  #look(back: number, negative: boolean, atomic: boolean, body: () => void): void {
    const look = { op: 'look' as const, to: 0, back, negative, atomic };
    this.steps.push(look);
    const around = this.#within;
    this.#within = [];
    body();
    this.#within = around;
    this.steps.push({ op: 'end' });
    look.to = this.steps.length;
  }

  #condition(group: number, yes: Node, no: Node): void {
    this.remembers = false;
    const condition = { op: 'if' as const, group, no: 0 };
    this.steps.push(condition);
    this.add(yes);
    const go = { op: 'go' as const, to: 0 };
    this.steps.push(go);
    condition.no = this.steps.length;
    this.add(no);
    go.to = this.steps.length;
  }

  #repeat(body: Node, min: number, max: number, lazy: boolean): void {
    if (min > mostSteps || (max !== Number.POSITIVE_INFINITY && max > mostSteps))
      throw new RegexError(`more than ${mostSteps} repetitions are not supported`, 0);
    const mayBeEmpty = widthOf(body, this.#widths)[0] === 0;
    for (let i = 0; i < min; i++) this.add(body);
    if (max === min) return;
    const { steps } = this;
    const slot = mayBeEmpty ? this.slots++ : -1;
    if (mayBeEmpty) steps.push({ op: 'fresh', slot });
    const exits: ((after: number) => void)[] = [];
    const around = this.#within;
    for (let i = min; i < (max === Number.POSITIVE_INFINITY ? min + 1 : max); i++) {
      const start = steps.length;
      this.#within = mayBeEmpty ? [...around, slot] : around;
      exits.push(mayBeEmpty ? this.#loop(slot, lazy) : this.#optional(lazy));
      this.add(body);
      if (max === Number.POSITIVE_INFINITY) steps.push({ op: 'go', to: start });
    }
    this.#within = around;
    for (const exit of exits) exit(steps.length);
  }

  #optional(lazy: boolean): (after: number) => void {
    const fork = this.#fork();
    const body = this.steps.length;
    return (after) => {
      fork.first = lazy ? after : body;
      fork.second = lazy ? body : after;
    };
  }

  #loop(slot: number, lazy: boolean): (after: number) => void {
    const body = this.steps.length + 1;
    const loop = { op: 'loop' as const, body, after: 0, slot, lazy, mark: this.#mark(), within: this.#within };
    this.steps.push(loop, { op: 'enter', slot });
    return (after) => {
      loop.after = after;
    };
  }
}
