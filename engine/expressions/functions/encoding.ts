import { createHash, getHashes } from 'node:crypto';
import { parse as parseYaml, stringify } from 'yaml';
import { TaskFailure } from '../../module/failure.ts';
import { checkDepth, parseJson } from '../../module/json.ts';
import { any, define, number, optional, text } from './define.ts';

export const encodingFunctions = [
  define({
    name: 'toJson',
    summary: 'The value as JSON, indented by that many spaces.',
    parameters: [any('value'), optional(number('indent'))],
    result: 'text',
    examples: [
      [[{ x: 1, y: ['p'] }], '{"x":1,"y":["p"]}'],
      [[['b'], 2], '[\n  "b"\n]'],
    ],
    run: (value, indent = 0) => JSON.stringify(value, null, indent),
  }),
  define({
    name: 'fromJson',
    summary: 'The value that JSON text represents.',
    parameters: [text('text')],
    result: 'any',
    examples: [[['{"a": [1, null]}'], { a: [1, null] }]],
    run: fromJson,
  }),
  define({
    name: 'toYaml',
    summary: 'The value as YAML.',
    parameters: [any('value')],
    result: 'text',
    examples: [[[{ x: 1, y: ['p', 'q'] }], 'x: 1\ny:\n  - p\n  - q']],
    run: (value) => stringify(value, { lineWidth: 0 }).trimEnd(),
  }),
  define({
    name: 'fromYaml',
    summary: 'The value that YAML text represents.',
    parameters: [text('text')],
    result: 'any',
    examples: [[['a: [1]'], { a: [1] }]],
    run: fromYaml,
  }),
  define({
    name: 'b64encode',
    summary: 'The text in base64.',
    parameters: [text('text')],
    result: 'text',
    examples: [[['Hello'], 'SGVsbG8=']],
    run: (value) => Buffer.from(value).toString('base64'),
  }),
  define({
    name: 'b64decode',
    summary: 'The text that base64 represents.',
    parameters: [text('text')],
    result: 'text',
    examples: [[['SGVsbG8='], 'Hello']],
    run: (value) => Buffer.from(value, 'base64').toString(),
  }),
  define({
    name: 'hash',
    summary: 'The digest of a text in hexadecimal: sha256 by default, or sha512, sha1, md5.',
    parameters: [text('text'), optional(text('algorithm'))],
    result: 'text',
    examples: [
      [['abc'], 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
      [['abc', 'md5'], '900150983cd24fb0d6963f7d28e17f72'],
    ],
    run(value, algorithm = 'sha256') {
      if (!getHashes().includes(algorithm))
        throw new TypeError(`'${algorithm}' is not a known algorithm: sha256, sha512, sha1, md5`);
      return createHash(algorithm).update(value).digest('hex');
    },
  }),
];

/** Its parser calls itself for each level. */
function fromYaml(yaml: string): unknown {
  try {
    const value: unknown = parseYaml(yaml, { logLevel: 'error', prettyErrors: false });
    checkDepth(value, 'YAML');
    return value;
  } catch (error) {
    if (/call stack/.test(String(error))) throw new TypeError('the YAML is nested too deeply', { cause: error });
    throw error instanceof TaskFailure ? new TypeError(error.message, { cause: error }) : error;
  }
}

/** The parser's message without its excerpt: part of a secret is not recognized as one. */
function fromJson(json: string): unknown {
  try {
    return parseJson(json);
  } catch (error) {
    const message = (error as Error).message.replace(
      /, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s,
      ' is not valid JSON',
    );
    throw new TypeError(message, { cause: error });
  }
}
