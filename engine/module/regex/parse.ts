import { parseClass } from './class.ts';
import { categoryOf, coded, escapes, literal, octal, one } from './escapes.ts';
import { groupFlags } from './flags.ts';
import { isName, Source } from './source.ts';
import { captures, type Flags, type Node, noFlags, type Place, RegexError, widthOf } from './tree.ts';

export interface Parsed {
  readonly tree: Node;
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

const deepest = 200;
const mostRepeats = 0xffffffff;

/** Reads a pattern as Python's `re` does for str; throws RegexError. */
export function parse(pattern: string, flags: Partial<Flags> = {}): Parsed {
  const parser = new Parser(pattern, { ...noFlags, ...flags });
  try {
    return parser.whole();
  } catch (error) {
    // Flags at the start hold for the whole pattern, so `x` changes how what stands before them was read.
    if (!(error instanceof TurnedVerbose)) throw error;
    return parse(pattern, { ...flags, x: true });
  }
}

class TurnedVerbose extends Error {}

class Parser {
  readonly #source: Source;
  /** The flags of the whole pattern, which `(?i)` at its start extends. */
  #global: Flags;
  readonly #names = new Map<string, number>();
  readonly #widths = new Map<number, readonly [number, number]>();
  #groups = 0;
  /** Groups from this number on are inside the look-behind that is being read. */
  #lookBehindFrom: number | undefined;
  #depth = 0;

  constructor(pattern: string, flags: Flags) {
    this.#source = new Source(pattern);
    this.#global = flags;
  }

  whole(): Parsed {
    const tree = this.#either(undefined);
    if (this.#source.next !== undefined) throw new RegexError('unbalanced parenthesis', this.#source.at);
    return { tree, groups: this.#groups, names: this.#names };
  }

  /** `flags` are missing at the top: there they may still grow. */
  #either(flags: Flags | undefined): Node {
    if (++this.#depth > deepest) throw new RegexError('too deeply nested', this.#source.at);
    const branches: Node[] = [];
    do branches.push(this.#sequence(flags, branches.length === 0));
    while (this.#source.skip('|'));
    this.#depth--;
    return branches.length === 1 ? branches[0]! : { is: 'either', branches };
  }

  #sequence(given: Flags | undefined, first: boolean): Node {
    const items: Node[] = [];
    const source = this.#source;
    for (;;) {
      const next = source.next;
      if (next === undefined || next === '|' || next === ')') break;
      const at = source.at;
      const flags = given ?? this.#global;
      source.take();
      if (flags.x && /^[ \t\n\r\v\f]$/.test(next)) continue;
      if (flags.x && next === '#') {
        while (source.next !== undefined && source.take() !== '\n');
        continue;
      }
      const times = '*+?{'.includes(next) ? this.#times(next) : undefined;
      if (times) items.push(this.#repeat(items.pop(), times, at));
      else {
        const node = this.#item(next, flags, at, given === undefined && first && items.length === 0);
        if (node) items.push(node);
      }
    }
    return items.length === 1 ? items[0]! : { is: 'sequence', items };
  }

  /** Nothing for a comment or for flags. */
  #item(next: string, flags: Flags, at: number, atStart: boolean): Node | undefined {
    if (next.startsWith('\\')) return this.#escape(next, flags, at);
    if (next === '[') return { is: 'set', set: parseClass(this.#source, at), flags };
    if (next === '.') return { is: 'set', set: '.', flags };
    if (next === '^' || next === '$') return { is: 'at', where: next, flags };
    if (next === '(') return this.#group(flags, at, atStart);
    return character(next.codePointAt(0)!, flags);
  }

  /** How often: nothing where a brace is only a brace. */
  #times(sign: string): readonly [number, number] | undefined {
    if (sign === '?') return [0, 1];
    if (sign !== '{') return [sign === '*' ? 0 : 1, Number.POSITIVE_INFINITY];
    const source = this.#source;
    const here = source.at;
    if (source.next === '}') return undefined;
    const low = source.while(/^\d$/);
    const high = source.skip(',') ? source.while(/^\d$/) : low;
    if (!source.skip('}')) {
      source.at = here;
      return undefined;
    }
    const min = low === '' ? 0 : Number(low);
    const max = high === '' ? Number.POSITIVE_INFINITY : Number(high);
    if (min >= mostRepeats || (max >= mostRepeats && high !== ''))
      throw new RegexError('the repetition number is too large', here);
    if (max < min) throw new RegexError('min repeat greater than max repeat', here);
    return [min, max];
  }

  #repeat(item: Node | undefined, [min, max]: readonly [number, number], at: number): Node {
    if (!item || item.is === 'at') throw new RegexError('nothing to repeat', at);
    if (item.is === 'repeat') throw new RegexError('multiple repeat', at);
    const how = this.#source.skip('?') ? 'lazy' : this.#source.skip('+') ? 'possessive' : 'greedy';
    // Python 3.11 loses track of such groups.
    if (how === 'possessive' && captures(item))
      throw new RegexError('a numbered group in a possessive repetition is not supported: write (?:…)', at);
    return { is: 'repeat', body: item, min, max, how };
  }

  #escape(escape: string, flags: Flags, at: number): Node {
    if (['\\A', '\\Z', '\\b', '\\B'].includes(escape)) return { is: 'at', where: escape as Place, flags };
    const category = categoryOf(escape);
    if (category) return { is: 'set', set: { not: false, items: [{ category }] }, flags };
    const source = this.#source;
    const known = escapes.get(escape) ?? coded(escape, source);
    if (known !== undefined) return character(known, flags);
    if (escape === '\\0') return character(octal(escape + source.while(/^[0-7]$/, 2), at), flags);
    if (!/^\\\d$/.test(escape)) return character(literal(escape, source), flags);
    const digits = escape + source.while(/^\d$/, 1);
    if (/^\\[0-7]{2}$/.test(digits) && /^[0-7]$/.test(source.next ?? ''))
      return character(octal(digits + source.take()!, at), flags);
    return this.#same(Number(digits.slice(1)), flags, at);
  }

  #same(group: number, flags: Flags, at: number): Node {
    if (group === 0 || group > this.#groups) throw new RegexError(`invalid group reference ${group}`, at + 1);
    this.#expectClosed(group, at);
    return { is: 'same', group, flags };
  }

  #expectClosed(group: number, at: number): void {
    if (!this.#widths.has(group)) throw new RegexError('cannot refer to an open group', at);
    if (this.#lookBehindFrom !== undefined && group >= this.#lookBehindFrom)
      throw new RegexError('cannot refer to group defined in the same lookbehind subpattern', at);
  }

  #group(flags: Flags, at: number, atStart: boolean): Node | undefined {
    const source = this.#source;
    if (!source.skip('?')) return this.#captured(undefined, flags, at);
    const sign = source.take();
    switch (sign) {
      case undefined:
        throw new RegexError('unexpected end of pattern', source.at);
      case 'P':
        if (source.skip('<')) return this.#captured(this.#newName(), flags, at);
        if (source.skip('=')) return this.#same(this.#groupCalled(source.name(')'), at), flags, at);
        throw new RegexError(`unknown extension ?P${source.next ?? ''}`, at + 1);
      case ':':
        return wrapped(this.#inside(flags, at));
      case '>':
        return { is: 'atomic', body: this.#inside(flags, at) };
      case '#':
        for (;;) {
          const taken = source.take();
          if (taken === undefined) throw new RegexError('missing ), unterminated comment', at);
          if (taken === ')') return undefined;
        }
      case '=':
      case '!':
        return { is: 'look', behind: false, negative: sign === '!', body: this.#inside(flags, at), at };
      case '<':
        return this.#lookBehind(flags, at);
      case '(':
        return this.#condition(flags, at);
      default: {
        const change = groupFlags(source, sign, at);
        if (change.body) return wrapped(this.#inside({ ...flags, ...change.flags }, at));
        if (!atStart) throw new RegexError('global flags not at the start of the expression', at);
        const verbose = change.flags.x === true && !this.#global.x;
        this.#global = { ...this.#global, ...change.flags };
        if (verbose) throw new TurnedVerbose();
        return undefined;
      }
    }
  }

  #inside(flags: Flags, at: number): Node {
    const body = this.#either(flags);
    if (!this.#source.skip(')')) throw new RegexError('missing ), unterminated subpattern', at);
    return body;
  }

  #captured(name: string | undefined, flags: Flags, at: number): Node {
    const number = ++this.#groups;
    if (name !== undefined) {
      const was = this.#names.get(name);
      if (was !== undefined)
        throw new RegexError(`redefinition of group name '${name}' as group ${number}; was group ${was}`, at + 4);
      this.#names.set(name, number);
    }
    const body = this.#inside(flags, at);
    this.#widths.set(number, widthOf(body, this.#widths));
    return { is: 'group', number, body };
  }

  #newName(): string {
    const at = this.#source.at;
    const name = this.#source.name('>');
    if (!isName(name)) throw new RegexError(`bad character in group name '${name}'`, at);
    return name;
  }

  #groupCalled(name: string, at: number): number {
    if (!isName(name)) throw new RegexError(`bad character in group name '${name}'`, at + 4);
    const number = this.#names.get(name);
    if (number === undefined) throw new RegexError(`unknown group name '${name}'`, at + 4);
    return number;
  }

  #lookBehind(flags: Flags, at: number): Node {
    const sign = this.#source.take();
    if (sign !== '=' && sign !== '!')
      throw new RegexError(
        `unknown extension ?<${sign ?? ''}${sign && isName(sign) ? ' (write (?P<name>…))' : ''}`,
        at + 1,
      );
    const outer = this.#lookBehindFrom;
    this.#lookBehindFrom ??= this.#groups + 1;
    const body = this.#inside(flags, at);
    this.#lookBehindFrom = outer;
    const [min, max] = widthOf(body, this.#widths);
    if (min !== max) throw new RegexError('look-behind requires fixed-width pattern', at);
    return { is: 'look', behind: true, negative: sign === '!', body, at };
  }

  #condition(flags: Flags, at: number): Node {
    const name = this.#source.name(')');
    const group = /^\d+$/.test(name) ? Number(name) : this.#groupCalled(name, at - 1);
    if (group === 0) throw new RegexError('bad group number', at + 3);
    // Python also takes a group that only comes later: it can never have matched by then, which is a mistake.
    if (group > this.#groups) throw new RegexError(`invalid group reference ${group}`, at + 3);
    if (this.#lookBehindFrom !== undefined) this.#expectClosed(group, at + 3);
    const yes = this.#sequence(flags, false);
    const no = this.#source.skip('|') ? this.#sequence(flags, false) : ({ is: 'sequence', items: [] } as const);
    if (this.#source.next === '|') throw new RegexError('conditional backref with more than two branches', at);
    if (!this.#source.skip(')')) throw new RegexError('missing ), unterminated subpattern', at);
    return { is: 'if', group, yes, no };
  }
}

/** One item, whatever is in it: `(?:a*)*` repeats a group, and `(?:^)*` is not an anchor that is repeated. */
function wrapped(body: Node): Node {
  return { is: 'sequence', items: [body] };
}

function character(code: number, flags: Flags): Node {
  return { is: 'set', set: { not: false, items: [one(code)] }, flags };
}
