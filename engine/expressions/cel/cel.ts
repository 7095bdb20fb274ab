import { type ASTNode, EvaluationError, type ParseResult } from '@marcbachmann/cel-js';
import { constantProblem } from '../functions/catalogue.ts';
import { findVariable, Missing } from '../member.ts';
import { Problem, type Scope } from '../types.ts';
import { explainCel } from './errors.ts';
import { celEnvironment, UndefinedVariable } from './functions.ts';
import { type CelUse, walkCel } from './references.ts';
import { CelValues } from './values.ts';

/** A CEL expression, checked as far as possible without values. */
export interface CelProgram {
  readonly uses: readonly CelUse[];
  /** CEL's name of the type, `dyn` if it depends on variables. */
  readonly type: string;
  /** Throws UnknownValue, Problem (what failed and where in the source), or whatever the scope throws. */
  run(scope: Scope): unknown;
}

let environment: ReturnType<typeof celEnvironment> | undefined;
/** The values of the current evaluation, for the functions that it calls. */
let running = new CelValues();

const namespaces = new Set(['cel', 'optional']);

/** Parses and type-checks; throws Problem. */
export function parseCel(source: string): CelProgram {
  environment ??= celEnvironment(() => running);
  const cel = environment;
  const parsed = attempt(source, () => cel.parse(source));
  const uses: CelUse[] = [];
  const types: CelUse[] = [];
  let asksForType = false;
  walkCel(
    parsed.ast,
    (use) => {
      const name = use.path[0]!;
      const literal = { True: 'true', False: 'false', None: 'null' }[name];
      if (literal !== undefined) throw new Problem(`'${name}' is not a value here`, use.start, `write ${literal}`);
      if (!cel.hasVariable(name)) uses.push(use);
      else if (!namespaces.has(name)) types.push(use);
    },
    (node, name) => {
      asksForType ||= name === 'type';
      if (name === 'matches')
        throw new Problem(
          "'matches' is not available: its patterns are not Python's",
          node.start,
          'use search(text, pattern)',
        );
      expectConstants(node, name);
    },
  );
  if (types[0] && !asksForType)
    throw new Problem(
      `'${types[0].path[0]}' is the name of a type in expressions`,
      types[0].start,
      'a variable of that name cannot be read here: rename it',
    );
  const { error, type } = parsed.check();
  if (error) throw explainCel(source, error);
  let busy = false;
  return {
    uses,
    type: type!,
    run(scope) {
      // The package keeps loop variables in the tree, so an expression that (through a variable) needs itself for another host gets a second tree.
      const program = busy ? cel.parse(source) : parsed;
      const outer = busy;
      busy = true;
      try {
        return evaluate(source, program, scope, uses);
      } finally {
        busy = outer;
      }
    },
  };
}

/** Arguments that are written out are checked before the run. */
function expectConstants(node: ASTNode, name: string): void {
  const args = node.op === 'rcall' ? [node.args[1], ...node.args[2]] : node.op === 'call' ? node.args[1] : [];
  for (const [i, arg] of args.entries()) {
    const problem = arg.op === 'value' && typeof arg.args === 'string' && constantProblem(name, i, arg.args);
    if (problem) throw new Problem(problem, arg.start);
  }
}

function evaluate(source: string, program: ParseResult, scope: Scope, uses: readonly CelUse[]): unknown {
  const outer = running;
  const values = new CelValues((inputs, result) => scope.derived?.(inputs, result));
  running = values;
  try {
    const result = values.take(program(new Variables(scope, values, uses)));
    // The source's own texts are no secrets: a comparison with a secret may choose between them.
    scope.derived?.([source, ...values.texts], result);
    return result;
  } catch (error) {
    // Had the unknown value been known, another operand might have decided before this error.
    throw (
      values.reached ??
      (values.readOmit && error instanceof EvaluationError && error.code === 'no_such_overload'
        ? new Problem(
            'omit is no value to compute with',
            explainCel(source, error).offset,
            'it leaves out a whole value: condition ? x : omit',
          )
        : error instanceof EvaluationError || error instanceof RangeError || error instanceof TypeError
          ? explainCel(source, error)
          : error)
    );
  } finally {
    running = outer;
  }
}

/** The variables, looked up one by one as CEL reads them. */
class Variables extends Map<string, unknown> {
  readonly #scope: Scope;
  readonly #values: CelValues;
  readonly #uses: readonly CelUse[];

  constructor(scope: Scope, values: CelValues, uses: readonly CelUse[]) {
    super();
    this.#scope = scope;
    this.#values = values;
    this.#uses = uses;
  }

  override get(name: string): unknown {
    return this.#values.read(() => {
      const value = findVariable(this.#scope, name);
      if (!(value instanceof Missing)) return value;
      const use = this.#uses.find(({ path }) => path[0] === name);
      throw new UndefinedVariable(value.message, use?.start ?? 0, value.hint);
    });
  }
}

function attempt<T>(source: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explainCel(source, error as Error);
  }
}
