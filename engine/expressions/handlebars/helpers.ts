import { functions } from '../functions/catalogue.ts';
import { any, define, mapOf, textOf } from '../functions/define.ts';
import { isEqual, isTruthy } from '../functions/logic.ts';
import type { ExpressionFunction } from '../functions/types.ts';

/** A function of templates. What it throws becomes an error at the place of the call. */
export interface Helper {
  /** How it is called: the words after the name are its arguments, `[word]` may be omitted, `…` stands for more. */
  readonly usage: string;
  /** What it returns, in one sentence: for the reference. */
  readonly meaning: string;
  /** A Missing says that there is no value, which `default` can catch. */
  call?(args: readonly unknown[]): unknown;
}

/** Not plain functions: they decide which arguments are evaluated (render.ts), or take undefined ones. */
const special: Readonly<Record<string, Helper>> = {
  // In CEL: x.?y.orValue(fallback), or defined(x) ? x : fallback.
  default: { usage: 'default value fallback', meaning: 'The value, or the fallback if it is not defined.' },
  // In CEL: its own `defined` (cel/functions.ts).
  defined: { usage: 'defined value', meaning: 'Whether the value is defined.' },
  // In CEL: not possible; an undefined variable is an error anyway.
  required: {
    usage: 'required value message',
    meaning: 'The value; if it is not defined, the task fails with the message.',
  },
  // In CEL: && and ||.
  and: { usage: 'and a b …', meaning: 'Whether all are true and not empty; stops at the first that is not.' },
  or: { usage: 'or a b …', meaning: 'Whether any is true and not empty; stops at the first that is.' },
};

/** Plain functions that CEL cannot have under these names. */
const handlebarsOnly: readonly ExpressionFunction[] = [
  // In CEL: !x. As a function it would make Jinja's `not (a) == b` silently mean (!a) == b.
  define({
    name: 'not',
    summary: 'Whether the value is false, 0, null or empty.',
    parameters: [any('a')],
    result: 'bool',
    shallow: true,
    examples: [],
    run: (value) => !isTruthy(value),
  }),
  // In CEL: `in` is an operator, and reserved.
  define({
    name: 'in',
    summary: 'Whether a list contains the value, a map the key, or a text the part.',
    parameters: [any('value'), any('container')],
    result: 'bool',
    examples: [],
    run(value, container) {
      if (typeof container === 'string') return container.includes(textOf(value));
      if (Array.isArray(container)) return container.some((item) => isEqual(item, value));
      return Object.hasOwn(mapOf(container), textOf(value));
    },
  }),
];

export const helpers: ReadonlyMap<string, Helper> = new Map([
  ...Object.entries(special),
  ...[...handlebarsOnly, ...functions].map((row) => [row.name, helperOf(row)] as const),
]);

function helperOf(row: ExpressionFunction): Helper {
  const words = row.parameters.map(({ name, optional, rest }) => (rest ? `${name} …` : optional ? `[${name}]` : name));
  return { usage: [row.name, ...words].join(' '), meaning: row.summary, call: (args) => row.call(args) };
}
