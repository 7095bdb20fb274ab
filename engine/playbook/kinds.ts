import { describe, type ScalarNode, type SourceNode } from '../source/node.ts';

function isScalar(node: SourceNode): node is ScalarNode {
  return node.kind === 'scalar';
}

/** Text that is evaluated, or will be: its value is not known before the run. */
export function holdsExpression(node: SourceNode): boolean {
  if (!isScalar(node) || typeof node.value !== 'string') return false;
  return node.tag === '!cel' || node.tag === '!vault' || (node.tag !== '!unsafe' && node.value.includes('{{'));
}

/** The kind of value, for messages. */
export function describeWritten(node: SourceNode): string {
  return holdsExpression(node) ? 'an expression' : describe(node);
}

/** A scalar as the text that was written: `0644` and `1.10` stay what they are. */
export function writtenText(node: ScalarNode): string {
  return typeof node.value === 'string' ? node.value : node.source;
}

const isText = (node: SourceNode): boolean => isScalar(node) && node.value !== null;
const isPlainText = (node: SourceNode): boolean => isText(node) && !holdsExpression(node);
const isBoolean = (node: SourceNode): boolean => isScalar(node) && typeof node.value === 'boolean';
const isNumber = (node: SourceNode): boolean => isScalar(node) && typeof node.value === 'number';
const isBatch = (node: SourceNode): boolean =>
  holdsExpression(node) || (isScalar(node) && /^\d+$|^([1-9]\d?|100)%$/.test(node.source));
const isFile = (node: SourceNode): boolean => isText(node) || isList(node, isText);
const isCondition = (node: SourceNode): boolean => isText(node);
const isList = (node: SourceNode, item: (node: SourceNode) => boolean): boolean =>
  node.kind === 'list' && node.items.every(item);
const isEmpty = (node: SourceNode): boolean => isScalar(node) && node.value === null;

/** The kinds of values that keywords take. `expected` completes the sentence "… must be". */
const kinds = {
  any: { expected: 'a value', fits: () => true },
  text: { expected: 'text without an expression', fits: isPlainText },
  'text or expression': { expected: 'text', fits: isText },
  boolean: { expected: 'true or false', fits: isBoolean },
  'boolean or expression': {
    expected: 'true, false or an expression',
    fits: (node) => isBoolean(node) || holdsExpression(node),
  },
  number: { expected: 'a number', fits: isNumber },
  'number or expression': {
    expected: 'a number or an expression',
    fits: (node) => isNumber(node) || holdsExpression(node),
  },
  names: {
    expected: 'a name or a list of names, without expressions',
    fits: (node) => isPlainText(node) || isList(node, isPlainText),
  },
  files: {
    expected: 'the name of a file or a list of names; in the list a list of which the first that exists is taken',
    fits: (node) => isText(node) || isList(node, isFile),
  },
  percentage: {
    expected: 'a percentage from 0 to 100',
    fits: (node) => holdsExpression(node) || (isScalar(node) && /^(\d?\d(\.\d+)?|100)%?$/.test(node.source)),
  },
  texts: { expected: 'text or a list of texts', fits: (node) => isText(node) || isList(node, isText) },
  conditions: {
    expected: 'a condition or a list of conditions',
    fits: (node) => isCondition(node) || isList(node, isCondition),
  },
  batches: {
    expected: "a number of hosts, a percentage such as '25%', or a list of these",
    fits: (node) => isBatch(node) || isList(node, isBatch),
  },
  map: { expected: 'a map', fits: (node) => node.kind === 'map' || isEmpty(node) },
  maps: {
    expected: 'a map or a list of maps',
    fits: (node) =>
      node.kind === 'map' || holdsExpression(node) || isList(node, (n) => n.kind === 'map' || holdsExpression(n)),
  },
  list: { expected: 'a list', fits: (node) => node.kind === 'list' || isEmpty(node) },
  'list or expression': {
    expected: 'a list or an expression',
    fits: (node) => node.kind === 'list' || holdsExpression(node),
  },
} satisfies Record<string, { expected: string; fits(node: SourceNode): boolean }>;

export type Kind = keyof typeof kinds;

/** What a value of this kind is, in words. */
export function kindWords(kind: Kind): string {
  return kinds[kind].expected;
}

/** What a value of this kind must be, where `node` is not; undefined where it fits. */
export function misfit(kind: Kind, node: SourceNode): string | undefined {
  return kinds[kind].fits(node) ? undefined : kinds[kind].expected;
}

/** Text that says yes, as Ansible reads it: extra vars given as key=value are text. */
export const isTruthText = (text: string): boolean => /^\s*(yes|on|true|y|t|1|1\.0)\s*$/i.test(text);
export const isUntruthText = (text: string): boolean => /^\s*(no|off|false|n|f|0|0\.0)\s*$/i.test(text);

/** `yes`, `no`, `on`, `off` are text in YAML 1.2: the boolean that was meant. */
export function meantBoolean(node: SourceNode): boolean | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || /\d/.test(node.value)) return undefined;
  if (isTruthText(node.value)) return true;
  return isUntruthText(node.value) ? false : undefined;
}
