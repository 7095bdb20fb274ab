import { Environment } from '@marcbachmann/cel-js';
import { UnknownValue } from '../../module/unknown.ts';
import { functions } from '../functions/catalogue.ts';
import type { ExpressionFunction, ValueType } from '../functions/types.ts';
import { Missing } from '../member.ts';
import { Problem } from '../types.ts';
import { CelValues } from './values.ts';

/** Thrown where a variable is not defined; `defined(x)` catches this and nothing else. */
export class UndefinedVariable extends Problem {}

/** The part of CEL's evaluator that `defined` uses: `tryEval` returns an error instead of throwing it. */
interface Evaluator {
  tryEval(ast: unknown, context: unknown): unknown;
}

/** CEL's types for ours. Whole numbers are int in CEL, others double: a parameter takes both. */
const celTypes: Readonly<Record<ValueType, readonly [result: string, ...parameter: string[]]>> = {
  text: ['string', 'string'],
  number: ['dyn', 'int', 'double'],
  integer: ['int', 'int'],
  bool: ['bool', 'bool'],
  list: ['list', 'list'],
  texts: ['list<string>', 'list<string>'],
  map: ['map', 'map'],
  any: ['dyn', 'dyn'],
};

/** CEL has no functions with any number of arguments: this many can be given. */
const mostArguments = 8;

/** Methods that CEL has itself, with the same result. */
const builtIn = new Set(['trim', 'split']);

/** For the reference: the functions by how they are called. `defined` exists here by nature: its argument may be missing. */
export const celFunctions: readonly { readonly usage: string; readonly meaning: string }[] = [
  { usage: 'defined(a.b.c): bool', meaning: 'Whether the variable and every step of the path exist.' },
  ...functions.map((row) => ({ usage: usageOf(row), meaning: row.summary })),
];

function usageOf({ name, parameters, result }: ExpressionFunction): string {
  const words = parameters.map((p) => (p.rest ? `${p.name}, …` : p.optional ? `[${p.name}]` : p.name));
  return `${name}(${words.join(', ')}): ${celTypes[result][0]}`;
}

/** The signatures of a function in CEL: one for each number of arguments and each type that a parameter takes. */
function signaturesOf({ name, parameters, result, method }: ExpressionFunction): readonly string[] {
  const least = parameters.filter((p) => !p.optional).length;
  const last = parameters.at(-1);
  const most = last?.rest ? mostArguments : parameters.length;
  const signatures: string[] = [];
  for (let count = least; count <= most; count++) {
    let choices: readonly (readonly string[])[] = [[]];
    for (let i = 0; i < count; i++) {
      const types = celTypes[(parameters[i] ?? last)!.type].slice(1);
      choices = choices.flatMap((before) => types.map((type) => [...before, type]));
    }
    for (const types of choices) {
      signatures.push(`${name}(${types.join(', ')}): ${celTypes[result][0]}`);
      const [receiver, ...others] = types;
      if (method && !builtIn.has(name))
        signatures.push(`${receiver}.${name}(${others.join(', ')}): ${celTypes[result][0]}`);
    }
  }
  return signatures;
}

/** CEL with the functions of the catalogue. `values` returns those of the current evaluation. */
export function celEnvironment(values: () => CelValues = () => new CelValues()): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  const add = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as never, { async: false });
  };
  for (const row of functions) {
    const handler = (...args: unknown[]): unknown =>
      values().compute(args, (given) => {
        const result = row.call(given);
        if (result instanceof Missing) throw new UndefinedVariable(result.message, 0, result.hint);
        return result;
      });
    for (const signature of signaturesOf(row)) add(signature, handler);
  }
  // defined(a.b.c): true if the variable and every step exist. CEL's own has(a.b) fails where `a` does not exist.
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
  // A double without a fraction arrives as an int, so the two may meet in any expression.
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
