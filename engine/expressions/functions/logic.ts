import { isDeepStrictEqual } from 'node:util';
import { bareNumber } from '../../source/written-number.ts';
import { describeValue, isMap } from '../member.ts';
import { any, define, number } from './define.ts';

/** Comparison and arithmetic by name. CEL also has operators for these, which are stricter about types. */
export const logicFunctions = [
  define({
    name: 'eq',
    summary: 'Whether two values are equal; lists and maps are compared in full.',
    parameters: [any('a'), any('b')],
    result: 'bool',
    method: false,
    examples: [
      [[5, 5], true],
      [[5, '5'], false],
      [[{ a: [1, null] }, { a: [1, null] }], true],
    ],
    run: isEqual,
  }),
  define({
    name: 'ne',
    summary: 'Whether two values differ.',
    parameters: [any('a'), any('b')],
    result: 'bool',
    method: false,
    examples: [[[['a'], ['b']], true]],
    run: (a, b) => !isEqual(a, b),
  }),
  define({
    name: 'lt',
    summary: 'Whether a is less than b: numbers or texts.',
    parameters: [any('a'), any('b')],
    result: 'bool',
    method: false,
    examples: [
      [[5, 6], true],
      [['b', 'a'], false],
    ],
    run: (a, b) => compare(a, b) < 0,
  }),
  define({
    name: 'le',
    summary: 'Whether a is less than or equal to b.',
    parameters: [any('a'), any('b')],
    result: 'bool',
    method: false,
    examples: [[[5, 5], true]],
    run: (a, b) => compare(a, b) <= 0,
  }),
  define({
    name: 'gt',
    summary: 'Whether a is greater than b.',
    parameters: [any('a'), any('b')],
    result: 'bool',
    method: false,
    examples: [[[1.5, 1], true]],
    run: (a, b) => compare(a, b) > 0,
  }),
  define({
    name: 'ge',
    summary: 'Whether a is greater than or equal to b.',
    parameters: [any('a'), any('b')],
    result: 'bool',
    method: false,
    examples: [[['a', 'a'], true]],
    run: (a, b) => compare(a, b) >= 0,
  }),
  define({
    name: 'add',
    summary: 'The sum of two numbers.',
    parameters: [number('a'), number('b')],
    result: 'number',
    method: false,
    examples: [
      [[5, 1], 6],
      [[1.5, 1.5], 3],
    ],
    run: (a, b) => a + b,
  }),
  define({
    name: 'sub',
    summary: 'The difference of two numbers.',
    parameters: [number('a'), number('b')],
    result: 'number',
    method: false,
    examples: [[[5, 1.5], 3.5]],
    run: (a, b) => a - b,
  }),
];

/** As in Handlebars: false, null, 0, empty text and the empty list are not true. */
export function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(bareNumber(value));
}

export function isEqual(a: unknown, b: unknown): boolean {
  // Maps have a prototype or not, depending on where they were made: that is no difference.
  const plain = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(plain)
      : isMap(value)
        ? new Map(Object.entries(value).map(([k, v]) => [k, plain(v)]))
        : bareNumber(value);
  return isDeepStrictEqual(plain(a), plain(b));
}

function compare(left: unknown, right: unknown): number {
  const [a, b] = [bareNumber(left), bareNumber(right)];
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  throw new TypeError(`cannot compare ${describeValue(a)} with ${describeValue(b)}`);
}
