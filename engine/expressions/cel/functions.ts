import { Environment } from '@marcbachmann/cel-js';
import { UnknownValue } from '../../module/unknown.ts';
import { cidrContains, cidrOverlaps } from '../functions/networks.ts';
import { search } from '../functions/search.ts';
import { compareVersions } from '../functions/versions.ts';
import { Problem } from '../problem.ts';

/** Thrown where a variable is not defined; `defined(x)` catches this and nothing else. */
export class UndefinedVariable extends Problem {}

/** What `defined` is handed of CEL's evaluator: `tryEval` gives back the error instead of throwing it. */
interface Evaluator {
  tryEval(ast: unknown, context: unknown): unknown;
}

/** A function that playbooks have beyond CEL's own. */
interface CelFunction {
  readonly meaning: string;
  readonly call: (...args: never[]) => unknown;
}

/** By signature. `defined` is not among them: it looks at its argument instead of evaluating it. */
const own: Readonly<Record<string, CelFunction>> = {
  'search(string, string): bool': {
    meaning: 'Whether a regular expression (RE2) finds something in a text: search(text, pattern).',
    call: search,
  },
  'lower(string): string': { meaning: 'The text in small letters.', call: (text: string) => text.toLowerCase() },
  'upper(string): string': { meaning: 'The text in capital letters.', call: (text: string) => text.toUpperCase() },
  'trim(string): string': { meaning: 'The text without white space around it.', call: (text: string) => text.trim() },
  'split(string, string): list<string>': {
    meaning: 'The parts of a text between separators: split(text, separator).',
    call: (text: string, separator: string) => text.split(separator),
  },
  'join(list, string): string': {
    meaning: 'One text of the items of a list: join(list, separator).',
    call: (list: unknown[], separator: string) => list.map(String).join(separator),
  },
  'unique(list): list': {
    meaning: 'The list with each item once.',
    call: (list: unknown[]) => [...new Set(list)],
  },
  'versionCompare(string, string): int': {
    meaning: 'How two versions compare: -1, 0 or 1.',
    call: (a: string, b: string) => BigInt(compareVersions(a, b)),
  },
  'versionAtLeast(string, string): bool': {
    meaning: 'Whether the first version is the second or newer.',
    call: (a: string, b: string) => compareVersions(a, b) >= 0,
  },
  'cidrContains(string, string): bool': {
    meaning: 'Whether a network holds an address or a network: cidrContains(network, address).',
    call: cidrContains,
  },
  'cidrOverlaps(string, string): bool': {
    meaning: 'Whether two networks have an address in common.',
    call: cidrOverlaps,
  },
};

/** For the reference: the functions by how they are called. */
export const celFunctions: readonly { readonly usage: string; readonly meaning: string }[] = [
  {
    usage: 'defined(dyn): bool',
    meaning: 'Whether a variable and every step to what is asked of it are there: defined(a.b.c).',
  },
  ...Object.entries(own).map(([usage, { meaning }]) => ({ usage, meaning })),
];

/** CEL with what playbooks need beyond its own functions. */
export function celEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  const add = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as never, { async: false });
  };
  for (const [signature, { call }] of Object.entries(own)) add(signature, call);
  // defined(a.b.c): true where the variable and every step are there. CEL's own has(a.b) fails where `a` is not.
  add('defined(ast): bool', ({ args }: { args: unknown[] }) => ({
    async: false,
    typeCheck: (
      checker: { check(ast: unknown, context: unknown): unknown; getType(name: string): unknown },
      _: unknown,
      context: unknown,
    ) => {
      checker.check(args[0], context);
      return checker.getType('bool');
    },
    evaluate: (evaluator: Evaluator, _: unknown, context: unknown) => isThere(evaluator.tryEval(args[0], context)),
  }));
  // A number without a fraction arrives as an int, whatever it was meant to be.
  for (const [sign, compute] of Object.entries(arithmetic)) {
    environment.registerOperator(`int ${sign} double`, (a: bigint, b: number) => compute(Number(a), b));
    environment.registerOperator(`double ${sign} int`, (a: number, b: bigint) => compute(a, Number(b)));
  }
  return environment;
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

function isThere(outcome: unknown): boolean {
  if (!(outcome instanceof Error)) return true;
  if (outcome instanceof UnknownValue) throw outcome;
  const code = (outcome as { code?: string }).code;
  if (outcome instanceof UndefinedVariable || code === 'no_such_key' || code === 'index_out_of_bounds') return false;
  throw outcome;
}
