import { matcherOf } from './characters.ts';
import type { Node } from './tree.ts';

/** Where a match can begin: at the start of the text, at starts of lines, or at characters (anywhere if undefined). */
export interface Beginning {
  readonly at?: 'text' | 'line';
  readonly characters?: Characters;
}

/** Characters by a table of those of ASCII; all others count as one. */
export interface Characters {
  readonly ascii: Uint8Array;
  readonly others: boolean;
}

/** So that the machine is only started where something can come of it. */
export function beginningOf(tree: Node): Beginning {
  const at = anchorOf(tree);
  const { characters, mayBeEmpty } = firstOf(tree);
  return { ...(at && { at }), ...(!mayBeEmpty && { characters }) };
}

function anchorOf(node: Node): Beginning['at'] {
  if (node.is === 'sequence') return node.items[0] && anchorOf(node.items[0]);
  if (node.is === 'group' || node.is === 'atomic') return anchorOf(node.body);
  if (node.is !== 'at') return undefined;
  if (node.where === '\\A') return 'text';
  return node.where === '^' ? (node.flags.m ? 'line' : 'text') : undefined;
}

interface First {
  readonly characters: Characters;
  readonly mayBeEmpty: boolean;
}

const none: Characters = { ascii: new Uint8Array(128), others: false };
const nothing: First = { characters: none, mayBeEmpty: true };
/** What a backreference or a condition takes is not known before the match. */
const anything: First = { characters: { ascii: new Uint8Array(128).fill(1), others: true }, mayBeEmpty: true };

function firstOf(node: Node): First {
  switch (node.is) {
    case 'set':
      return { characters: { ascii: matcherOf(node.set, node.flags).ascii, others: true }, mayBeEmpty: false };
    case 'at':
    case 'look':
      return nothing;
    case 'same':
    case 'if':
      return anything;
    case 'sequence': {
      let first = nothing;
      for (const item of node.items) {
        const next = firstOf(item);
        first = { characters: union(first.characters, next.characters), mayBeEmpty: next.mayBeEmpty };
        if (!next.mayBeEmpty) break;
      }
      return first;
    }
    case 'either': {
      const all = node.branches.map(firstOf);
      return {
        characters: all.map(({ characters }) => characters).reduce(union),
        mayBeEmpty: all.some(({ mayBeEmpty }) => mayBeEmpty),
      };
    }
    case 'group':
    case 'atomic':
      return firstOf(node.body);
    default: {
      if (node.max === 0) return nothing;
      const body = firstOf(node.body);
      return { ...body, mayBeEmpty: body.mayBeEmpty || node.min === 0 };
    }
  }
}

function union(one: Characters, other: Characters): Characters {
  return { ascii: one.ascii.map((has, code) => has | other.ascii[code]!), others: one.others || other.others };
}
