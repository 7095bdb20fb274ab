import { createHash, getHashes } from 'node:crypto';
import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse as parseYaml, stringify } from 'yaml';
import { quote, quoteAll } from '../contract/quote.ts';
import { describeValue, findEntry, isMap, Missing } from './lookup.ts';

/** A function of templates. What it throws becomes an error with the place of the call. */
export interface Helper {
  /** How it is called: the words after the name are its arguments, `[word]` may be left out, `…` stands for more. */
  readonly usage: string;
  /** It does not look into its lists and maps, so what is unknown inside them does not matter. */
  readonly shallow?: true;
  /** A Missing says that there is no value, which `default` can catch. */
  call?(...args: readonly unknown[]): unknown;
}

/** All helpers; those without `call` decide which of their arguments are evaluated (render.ts). */
export const helpers: ReadonlyMap<string, Helper> = new Map(
  Object.entries<Helper>({
    // May be given what is not defined.
    default: { usage: 'default value fallback' },
    defined: { usage: 'defined value' },
    required: { usage: 'required value message' },
    and: { usage: 'and a b …' },
    or: { usage: 'or a b …' },
    env: {
      usage: 'env NAME',
      call: (name) =>
        process.env[text(name)] ?? new Missing(`the controller's environment has no variable '${text(name)}'`),
    },
    lookup: { usage: 'lookup map key', shallow: true, call: (of, key) => findEntry(of, String(key), 'the map') },

    not: { usage: 'not a', shallow: true, call: (a) => !isTruthy(a) },
    eq: { usage: 'eq a b', call: (a, b) => equal(a, b) },
    ne: { usage: 'ne a b', call: (a, b) => !equal(a, b) },
    lt: { usage: 'lt a b', call: (a, b) => compare(a, b) < 0 },
    le: { usage: 'le a b', call: (a, b) => compare(a, b) <= 0 },
    gt: { usage: 'gt a b', call: (a, b) => compare(a, b) > 0 },
    ge: { usage: 'ge a b', call: (a, b) => compare(a, b) >= 0 },
    in: { usage: 'in value container', call: contains },

    lower: { usage: 'lower text', call: (a) => text(a).toLowerCase() },
    upper: { usage: 'upper text', call: (a) => text(a).toUpperCase() },
    trim: { usage: 'trim text', call: (a) => text(a).trim() },
    split: { usage: 'split text separator', call: (a, separator) => text(a).split(text(separator)) },
    join: { usage: 'join list separator', call: (a, separator) => list(a).map(word).join(text(separator)) },
    replace: { usage: 'replace text from to', call: (a, from, to) => text(a).replaceAll(text(from), () => text(to)) },
    // The first line stands where the expression does; the others, unless empty, are moved to the right.
    indent: {
      usage: 'indent text width',
      call: (a, width) => text(a).replaceAll(/\n(?!\n|$)/g, `\n${' '.repeat(number(width))}`),
    },
    quote: { usage: 'quote value', call: (a) => (Array.isArray(a) ? quoteAll(a.map(word)) : quote(word(a))) },
    basename: { usage: 'basename path', call: (a) => posix.basename(text(a)) },
    dirname: { usage: 'dirname path', call: (a) => posix.dirname(text(a)) },

    keys: { usage: 'keys map', shallow: true, call: (a) => Object.keys(map(a)) },
    values: { usage: 'values map', shallow: true, call: (a) => Object.values(map(a)) },
    first: {
      usage: 'first list',
      shallow: true,
      call: (a) => (list(a).length > 0 ? list(a)[0] : new Missing('the list is empty')),
    },
    last: {
      usage: 'last list',
      shallow: true,
      call: (a) => (list(a).length > 0 ? list(a).at(-1) : new Missing('the list is empty')),
    },
    length: {
      usage: 'length value',
      shallow: true,
      call: (a) => (isMap(a) ? Object.keys(a) : typeof a === 'string' ? a : list(a)).length,
    },
    concat: {
      usage: 'concat a b …',
      shallow: true,
      call: (...all) => (all.every(Array.isArray) ? all.flat() : all.map(word).join('')),
    },
    add: { usage: 'add a b', call: (a, b) => number(a) + number(b) },
    sub: { usage: 'sub a b', call: (a, b) => number(a) - number(b) },

    toJson: {
      usage: 'toJson value [indent]',
      call: (a, indent) => JSON.stringify(a, null, indent === undefined ? 0 : number(indent)),
    },
    fromJson: { usage: 'fromJson text', call: (a) => JSON.parse(text(a)) as unknown },
    toYaml: { usage: 'toYaml value', call: (a) => stringify(a, { lineWidth: 0 }).trimEnd() },
    fromYaml: { usage: 'fromYaml text', call: (a) => parseYaml(text(a), { logLevel: 'error' }) as unknown },
    b64encode: { usage: 'b64encode text', call: (a) => Buffer.from(text(a)).toString('base64') },
    b64decode: { usage: 'b64decode text', call: (a) => Buffer.from(text(a), 'base64').toString() },
    hash: { usage: 'hash text [algorithm]', call: digest },
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
