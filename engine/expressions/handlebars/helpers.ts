import { createHash, getHashes } from 'node:crypto';
import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse as parseYaml, stringify } from 'yaml';
import { quote, quoteAll } from '../../module/quote.ts';
import { describeValue, findEntry, isMap, Missing } from '../member.ts';

/** A function of templates. What it throws becomes an error with the place of the call. */
export interface Helper {
  /** How it is called: the words after the name are its arguments, `[word]` may be left out, `…` stands for more. */
  readonly usage: string;
  /** What it gives, in a sentence: for the reference. */
  readonly meaning: string;
  /** It does not look into its lists and maps, so what is unknown inside them does not matter. */
  readonly shallow?: true;
  /** A Missing says that there is no value, which `default` can catch. */
  call?(...args: readonly unknown[]): unknown;
}

/** All helpers; those without `call` decide which of their arguments are evaluated (render.ts). */
export const helpers: ReadonlyMap<string, Helper> = new Map(
  Object.entries<Helper>({
    // May be given what is not defined.
    default: { usage: 'default value fallback', meaning: 'The value, or the fallback where it is not defined.' },
    defined: { usage: 'defined value', meaning: 'Whether the value is defined.' },
    required: {
      usage: 'required value message',
      meaning: 'The value; where it is not defined the task fails with the message.',
    },
    and: {
      usage: 'and a b …',
      meaning: 'The first that is false or empty, else the last; the others are not looked at.',
    },
    or: {
      usage: 'or a b …',
      meaning: 'The first that is true and not empty, else the last; the others are not looked at.',
    },
    env: {
      usage: 'env NAME',
      meaning: "A variable of the controller's environment.",
      call: (name) =>
        process.env[text(name)] ?? new Missing(`the controller's environment has no variable '${text(name)}'`),
    },
    lookup: {
      usage: 'lookup map key',
      meaning: 'The entry of a map or list under a computed key.',
      shallow: true,
      call: (of, key) => findEntry(of, String(key), 'the map'),
    },

    not: {
      usage: 'not a',
      meaning: 'Whether the value is false, 0, null or empty.',
      shallow: true,
      call: (a) => !isTruthy(a),
    },
    eq: {
      usage: 'eq a b',
      meaning: 'Whether they are equal; lists and maps are compared whole.',
      call: (a, b) => equal(a, b),
    },
    ne: { usage: 'ne a b', meaning: 'Whether they differ.', call: (a, b) => !equal(a, b) },
    lt: { usage: 'lt a b', meaning: 'Whether a comes before b: numbers or texts.', call: (a, b) => compare(a, b) < 0 },
    le: { usage: 'le a b', meaning: 'Whether a comes before b or is equal to it.', call: (a, b) => compare(a, b) <= 0 },
    gt: { usage: 'gt a b', meaning: 'Whether a comes after b.', call: (a, b) => compare(a, b) > 0 },
    ge: { usage: 'ge a b', meaning: 'Whether a comes after b or is equal to it.', call: (a, b) => compare(a, b) >= 0 },
    in: {
      usage: 'in value container',
      meaning: 'Whether a list holds the value, a map the key, or a text the part.',
      call: contains,
    },

    lower: { usage: 'lower text', meaning: 'The text in small letters.', call: (a) => text(a).toLowerCase() },
    upper: { usage: 'upper text', meaning: 'The text in capital letters.', call: (a) => text(a).toUpperCase() },
    trim: { usage: 'trim text', meaning: 'The text without white space around it.', call: (a) => text(a).trim() },
    split: {
      usage: 'split text separator',
      meaning: 'The list of the parts between the separators.',
      call: (a, separator) => text(a).split(text(separator)),
    },
    join: {
      usage: 'join list separator',
      meaning: 'One text of the items of a list, with the separator between them.',
      call: (a, separator) => list(a).map(word).join(text(separator)),
    },
    replace: {
      usage: 'replace text from to',
      meaning: 'The text with another in the place of each `from`; no regular expressions.',
      call: (a, from, to) => text(a).replaceAll(text(from), () => text(to)),
    },
    // The first line stands where the expression does; the others, unless empty, are moved to the right.
    indent: {
      usage: 'indent text width',
      meaning: 'The text with its lines, but for the first, moved to the right.',
      call: (a, width) => text(a).replaceAll(/\n(?!\n|$)/g, `\n${' '.repeat(number(width))}`),
    },
    quote: {
      usage: 'quote value',
      meaning: 'The value as one word of a shell; a list as several.',
      call: (a) => (Array.isArray(a) ? quoteAll(a.map(word)) : quote(word(a))),
    },
    basename: { usage: 'basename path', meaning: 'The last part of a path.', call: (a) => posix.basename(text(a)) },
    dirname: { usage: 'dirname path', meaning: 'A path without its last part.', call: (a) => posix.dirname(text(a)) },

    keys: { usage: 'keys map', meaning: 'The keys of a map.', shallow: true, call: (a) => Object.keys(map(a)) },
    values: { usage: 'values map', meaning: 'The values of a map.', shallow: true, call: (a) => Object.values(map(a)) },
    first: {
      usage: 'first list',
      meaning: 'The first item of a list.',
      shallow: true,
      call: (a) => (list(a).length > 0 ? list(a)[0] : new Missing('the list is empty')),
    },
    last: {
      usage: 'last list',
      meaning: 'The last item of a list.',
      shallow: true,
      call: (a) => (list(a).length > 0 ? list(a).at(-1) : new Missing('the list is empty')),
    },
    length: {
      usage: 'length value',
      meaning: 'How many items, entries or characters it has.',
      shallow: true,
      call: (a) => (isMap(a) ? Object.keys(a) : typeof a === 'string' ? a : list(a)).length,
    },
    concat: {
      usage: 'concat a b …',
      meaning: 'Lists as one list, or values as one text.',
      shallow: true,
      call: (...all) => (all.every(Array.isArray) ? all.flat() : all.map(word).join('')),
    },
    add: { usage: 'add a b', meaning: 'The sum of two numbers.', call: (a, b) => number(a) + number(b) },
    sub: { usage: 'sub a b', meaning: 'The difference of two numbers.', call: (a, b) => number(a) - number(b) },

    toJson: {
      usage: 'toJson value [indent]',
      meaning: 'The value as JSON, indented by so many blanks.',
      call: (a, indent) => JSON.stringify(a, null, indent === undefined ? 0 : number(indent)),
    },
    fromJson: {
      usage: 'fromJson text',
      meaning: 'The value that JSON text stands for.',
      call: (a) => fromJson(text(a)),
    },
    toYaml: {
      usage: 'toYaml value',
      meaning: 'The value as YAML.',
      call: (a) => stringify(a, { lineWidth: 0 }).trimEnd(),
    },
    fromYaml: {
      usage: 'fromYaml text',
      meaning: 'The value that YAML text stands for.',
      call: (a) => parseYaml(text(a), { logLevel: 'error', prettyErrors: false }) as unknown,
    },
    b64encode: {
      usage: 'b64encode text',
      meaning: 'The text in base64.',
      call: (a) => Buffer.from(text(a)).toString('base64'),
    },
    b64decode: {
      usage: 'b64decode text',
      meaning: 'The text that base64 stands for.',
      call: (a) => Buffer.from(text(a), 'base64').toString(),
    },
    hash: {
      usage: 'hash text [algorithm]',
      meaning: 'The digest of a text in hex: sha256, or sha512, sha1, md5.',
      call: digest,
    },
  }),
);

/** As Handlebars judges it: false, null, 0, empty text and the empty list are not. */
export function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new TypeError(`expected text, not ${describeValue(value)}`);
}

/** The parser's words come without its excerpt: a part of a secret is not known as one. */
function fromJson(of: string): unknown {
  try {
    return JSON.parse(of);
  } catch (error) {
    const message = (error as Error).message.replace(
      /, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s,
      ' is not valid JSON',
    );
    throw new TypeError(message, { cause: error });
  }
}

/** What may be printed as a part of a text. */
function word(value: unknown): string {
  return typeof value === 'boolean' ? String(value) : text(value);
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new TypeError(`expected a number, not ${typeof value === 'string' ? `'${value}'` : describeValue(value)}`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`expected a list, not ${describeValue(value)}`);
}

function map(value: unknown): Readonly<Record<string, unknown>> {
  if (isMap(value)) return value;
  throw new TypeError(`expected a map, not ${describeValue(value)}`);
}

function equal(a: unknown, b: unknown): boolean {
  // Values come with and without a prototype, depending on where they were made: that is no difference.
  const plain = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(plain)
      : isMap(value)
        ? new Map(Object.entries(value).map(([k, v]) => [k, plain(v)]))
        : value;
  return isDeepStrictEqual(plain(a), plain(b));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  throw new TypeError(`cannot compare ${describeValue(a)} with ${describeValue(b)}`);
}

function contains(value: unknown, container: unknown): boolean {
  if (typeof container === 'string') return container.includes(text(value));
  if (Array.isArray(container)) return container.some((item) => equal(item, value));
  return Object.hasOwn(map(container), text(value));
}

function digest(value: unknown, algorithm: unknown = 'sha256'): string {
  if (!getHashes().includes(text(algorithm)))
    throw new TypeError(`'${text(algorithm)}' is not a known algorithm: sha256, sha512, sha1, md5`);
  return createHash(text(algorithm)).update(text(value)).digest('hex');
}
