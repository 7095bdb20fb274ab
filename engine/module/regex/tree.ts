/** The tree of a pattern. Characters are code points, as in Python's str. */
export type Node =
  | { readonly is: 'set'; readonly set: CharacterSet; readonly flags: Flags }
  | { readonly is: 'at'; readonly where: Place; readonly flags: Flags }
  | { readonly is: 'sequence'; readonly items: readonly Node[] }
  | { readonly is: 'either'; readonly branches: readonly Node[] }
  | { readonly is: 'group'; readonly number: number; readonly body: Node }
  | { readonly is: 'atomic'; readonly body: Node }
  | {
      readonly is: 'look';
      readonly behind: boolean;
      readonly negative: boolean;
      readonly body: Node;
      readonly at: number;
    }
  | { readonly is: 'same'; readonly group: number; readonly flags: Flags }
  | { readonly is: 'if'; readonly group: number; readonly yes: Node; readonly no: Node }
  | { readonly is: 'repeat'; readonly body: Node; readonly min: number; readonly max: number; readonly how: Repeating };

export type Place = '^' | '$' | '\\A' | '\\Z' | '\\b' | '\\B';
export type Repeating = 'greedy' | 'lazy' | 'possessive';

export type CharacterSet =
  | { readonly not: boolean; readonly items: readonly SetItem[] }
  /** Any character; without `s` any but a newline. */
  | '.';

export type SetItem = { readonly from: number; readonly to: number } | { readonly category: Category };
export type Category = 'd' | 'D' | 's' | 'S' | 'w' | 'W';

export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly a: boolean;
}

export const noFlags: Flags = { i: false, m: false, s: false, x: false, a: false };

/** What is wrong with a pattern or a replacement; `at` counts characters from 0, as Python's messages do. */
export class RegexError extends Error {
  override readonly name = 'RegexError';

  constructor(problem: string, at: number) {
    super(`${problem} at position ${at}`);
  }
}

/** The fewest and the most characters that a node takes; a backreference takes what its group takes. */
export function widthOf(node: Node, groups: ReadonlyMap<number, readonly [number, number]>): readonly [number, number] {
  switch (node.is) {
    case 'set':
      return [1, 1];
    case 'at':
    case 'look':
      return [0, 0];
    case 'sequence':
      return node.items
        .map((item) => widthOf(item, groups))
        .reduce(([min, max], [least, most]) => [min + least, max + most], [0, 0]);
    case 'either':
      return spanOf(node.branches.map((branch) => widthOf(branch, groups)));
    case 'if':
      return spanOf([widthOf(node.yes, groups), widthOf(node.no, groups)]);
    case 'group':
    case 'atomic':
      return widthOf(node.body, groups);
    case 'same':
      return groups.get(node.group) ?? [0, Number.POSITIVE_INFINITY];
    default: {
      const [min, max] = widthOf(node.body, groups);
      return [min * node.min, max === 0 || node.max === 0 ? 0 : max * node.max];
    }
  }
}

/** Whether a numbered group is in it. */
export function captures(node: Node): boolean {
  switch (node.is) {
    case 'group':
      return true;
    case 'sequence':
      return node.items.some(captures);
    case 'either':
      return node.branches.some(captures);
    case 'if':
      return captures(node.yes) || captures(node.no);
    case 'atomic':
    case 'look':
    case 'repeat':
      return captures(node.body);
    default:
      return false;
  }
}

function spanOf(widths: readonly (readonly [number, number])[]): readonly [number, number] {
  return [Math.min(...widths.map(([min]) => min)), Math.max(...widths.map(([, max]) => max))];
}
