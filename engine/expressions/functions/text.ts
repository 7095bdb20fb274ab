import { posix } from 'node:path';
import { quote, quoteAll } from '../../module/quote.ts';
import { Missing } from '../member.ts';
import { any, define, list, number, text, wordOf } from './define.ts';
import { pattern, search } from './search.ts';

export const textFunctions = [
  define({
    name: 'lower',
    summary: 'The text in lower case.',
    parameters: [text('text')],
    result: 'text',
    examples: [[['Hello'], 'hello']],
    run: (value) => value.toLowerCase(),
  }),
  define({
    name: 'upper',
    summary: 'The text in upper case.',
    parameters: [text('text')],
    result: 'text',
    examples: [[['Hello'], 'HELLO']],
    run: (value) => value.toUpperCase(),
  }),
  define({
    name: 'trim',
    summary: 'The text without leading and trailing white space.',
    parameters: [text('text')],
    result: 'text',
    examples: [[[' a b \n'], 'a b']],
    run: (value) => value.trim(),
  }),
  define({
    name: 'split',
    summary: 'The list of the parts between the separators.',
    parameters: [text('text'), text('separator')],
    result: 'texts',
    examples: [
      [
        ['a,b', ','],
        ['a', 'b'],
      ],
    ],
    run: (value, separator) => value.split(separator),
  }),
  define({
    name: 'join',
    summary: 'The items of a list as one text, with the separator between them.',
    parameters: [list('list'), text('separator')],
    result: 'text',
    method: false, // CEL has its own, for lists of texts only
    examples: [
      [[['b', 'a'], ','], 'b,a'],
      [[[1, 'a', true], '+'], '1+a+true'],
    ],
    run: (items, separator) => items.map(wordOf).join(separator),
  }),
  define({
    name: 'replace',
    summary: 'The text with every `from` replaced by `to`; no regular expressions.',
    parameters: [text('text'), text('from'), text('to')],
    result: 'text',
    examples: [[['no on', 'o', '$&'], 'n$& $&n']],
    run: (value, from, to) => value.replaceAll(from, () => to),
  }),
  // The first line is already where the expression is; empty lines stay empty.
  define({
    name: 'indent',
    summary: 'The text with every line except the first indented by `width` spaces.',
    parameters: [text('text'), number('width')],
    result: 'text',
    examples: [[['a\nb\n\nc\n', 2], 'a\n  b\n\n  c\n']],
    run: (value, width) => value.replaceAll(/\n(?!\n|$)/g, `\n${' '.repeat(width)}`),
  }),
  define({
    name: 'quote',
    summary: 'The value as one shell word; a list as several.',
    parameters: [any('value')],
    result: 'text',
    examples: [
      [["it's"], String.raw`'it'\''s'`],
      [[['b', 'a c', 1]], "b 'a c' 1"],
    ],
    run: (value) => (Array.isArray(value) ? quoteAll(value.map(wordOf)) : quote(wordOf(value))),
  }),
  define({
    name: 'search',
    summary: 'Whether a regular expression (as in Python) matches anywhere in the text.',
    parameters: [text('text'), pattern('pattern')],
    result: 'bool',
    examples: [
      [['Ready yes', '^Ready'], true],
      [['ready', '^R'], false],
    ],
    run: search,
  }),
  define({
    name: 'basename',
    summary: 'The last part of a path.',
    parameters: [text('path')],
    result: 'text',
    examples: [[['/a/b.c'], 'b.c']],
    run: (path) => posix.basename(path),
  }),
  define({
    name: 'dirname',
    summary: 'A path without its last part.',
    parameters: [text('path')],
    result: 'text',
    examples: [[['/a/b.c'], '/a']],
    run: (path) => posix.dirname(path),
  }),
  define({
    name: 'env',
    summary: "A variable of the controller's environment.",
    parameters: [text('NAME')],
    result: 'text',
    method: false,
    examples: [],
    run: (name) => process.env[name] ?? new Missing(`the controller's environment has no variable '${name}'`),
  }),
];
