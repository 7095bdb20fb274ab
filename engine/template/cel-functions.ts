import { Environment } from '@marcbachmann/cel-js';
import { UnknownValue } from '../contract/unknown.ts';
import { cidrContains, cidrOverlaps } from './networks.ts';
import { Problem } from './problem.ts';
import { search } from './search.ts';
import { compareVersions } from './versions.ts';

/** Thrown where a variable is not defined; `defined(x)` catches this and nothing else. */
export class UndefinedVariable extends Problem {}

/** What `defined` is handed of CEL's evaluator: `tryEval` gives back the error instead of throwing it. */
interface Evaluator {
  tryEval(ast: unknown, context: unknown): unknown;
}

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
  add('search(string, string): bool', search);
  add('lower(string): string', (text: string) => text.toLowerCase());
  add('upper(string): string', (text: string) => text.toUpperCase());
  add('trim(string): string', (text: string) => text.trim());
  add('split(string, string): list<string>', (text: string, separator: string) => text.split(separator));
  add('join(list, string): string', (list: unknown[], separator: string) => list.map(String).join(separator));
  add('unique(list): list', (list: unknown[]) => [...new Set(list)]);
  add('versionCompare(string, string): int', (a: string, b: string) => BigInt(compareVersions(a, b)));
  add('versionAtLeast(string, string): bool', (a: string, b: string) => compareVersions(a, b) >= 0);
  add('cidrContains(string, string): bool', cidrContains);
  add('cidrOverlaps(string, string): bool', cidrOverlaps);
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
