import { findEntry, isMap, Missing } from '../member.ts';
import { any, define, list, listOf, map, rest, wordOf } from './define.ts';
import { isEqual } from './logic.ts';

export const listFunctions = [
  define({
    name: 'lookup',
    summary: 'The entry of a map or list under a computed key.',
    parameters: [any('map'), any('key')],
    result: 'any',
    shallow: true,
    method: false,
    examples: [
      [[{ x: 1 }, 'x'], 1],
      [[['a', 'b'], 1], 'b'],
    ],
    run: (of, key) => findEntry(of, String(key), 'the map'),
  }),
  define({
    name: 'keys',
    summary: 'The keys of a map.',
    parameters: [map('map')],
    result: 'texts',
    shallow: true,
    examples: [[[{ x: 1, y: 2 }], ['x', 'y']]],
    run: (of) => Object.keys(of),
  }),
  define({
    name: 'values',
    summary: 'The values of a map.',
    parameters: [map('map')],
    result: 'list',
    shallow: true,
    examples: [[[{ x: 1, y: ['p'] }], [1, ['p']]]],
    run: (of) => Object.values(of),
  }),
  define({
    name: 'first',
    summary: 'The first item of a list.',
    parameters: [list('list')],
    result: 'any',
    shallow: true,
    examples: [
      [[['b', 'a']], 'b'],
      [[[{ x: 1 }]], { x: 1 }],
    ],
    run: (items) => (items.length > 0 ? items[0] : new Missing('the list is empty')),
  }),
  define({
    name: 'last',
    summary: 'The last item of a list.',
    parameters: [list('list')],
    result: 'any',
    shallow: true,
    examples: [[[['b', 'a']], 'a']],
    run: (items) => (items.length > 0 ? items.at(-1) : new Missing('the list is empty')),
  }),
  define({
    name: 'length',
    summary: 'The number of items, entries or characters.',
    parameters: [any('value')],
    result: 'integer',
    shallow: true,
    examples: [
      [['abc'], 3],
      [[[1, 2]], 2],
      [[{ x: 1 }], 1],
    ],
    run: (of) => (isMap(of) ? Object.keys(of) : typeof of === 'string' ? of : listOf(of)).length,
  }),
  define({
    name: 'concat',
    summary: 'Several lists as one list, or several values as one text.',
    parameters: [any('a'), rest(any('b'))],
    result: 'any',
    shallow: true,
    method: false,
    examples: [
      [
        [['b'], ['a', 1], [null]],
        ['b', 'a', 1, null],
      ],
      [['v', 1, '!'], 'v1!'],
    ],
    run: (...all) => (all.every(Array.isArray) ? all.flat() : all.map(wordOf).join('')),
  }),
  define({
    name: 'unique',
    summary: 'The list with each item once.',
    parameters: [list('list')],
    result: 'list',
    examples: [
      [[[1, 2, 1]], [1, 2]],
      [[[{ a: 1 }, { a: 1 }, ['b'], ['b']]], [{ a: 1 }, ['b']]],
    ],
    run: unique,
  }),
];

function unique(items: readonly unknown[]): readonly unknown[] {
  const structures: unknown[] = [];
  const seen = new Set<unknown>();
  return items.filter((item) => {
    const isStructure = typeof item === 'object' && item !== null;
    if (isStructure ? structures.some((other) => isEqual(other, item)) : seen.has(item)) return false;
    if (isStructure) structures.push(item);
    else seen.add(item);
    return true;
  });
}
