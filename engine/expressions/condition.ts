import { UnknownValue } from '../module/unknown.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { describe, type ScalarNode, type SourceNode } from '../source/node.ts';
import { type CelProgram, parseCel } from './cel/cel.ts';
import { typeWords } from './cel/errors.ts';
import { type Located, locatedScalar } from './handlebars/located.ts';
import { withTests } from './handlebars/references.ts';
import { describeValue } from './member.ts';
import { type Condition, type Expression, Problem, type Scope, TemplateError } from './types.ts';

/** Compiles a CEL expression: text, or a plain true, false or number. */
export function compileExpression(node: SourceNode, diagnostics: Diagnostics): Expression {
  if (node.kind === 'scalar' && node.value !== null) return compile(node, diagnostics, false);
  diagnostics.error('expression-type', node.place, `an expression is expected, not ${describe(node)}`);
  return {
    source: '',
    place: node.place,
    references: [],
    misuse: () => undefined,
    evaluate: () => fail('an expression is expected', node),
  };
}

/** Compiles a condition: an expression, true or false, or a list of these that must all hold. */
export function compileCondition(node: SourceNode, diagnostics: Diagnostics): readonly Condition[] {
  if (node.kind === 'list') return node.items.flatMap((item) => compileCondition(item, diagnostics));
  if (node.kind !== 'scalar' || (typeof node.value !== 'string' && typeof node.value !== 'boolean')) {
    diagnostics.error(
      'condition-type',
      node.place,
      `a condition is expected, not ${describe(node)}`,
      'write an expression, true or false, or a list of them',
    );
    return [];
  }
  const expression = compile(node, diagnostics, true);
  const holds = (scope: Scope): boolean => {
    const value = expression.evaluate(scope);
    if (typeof value === 'boolean') return value;
    throw new TemplateError(
      `the condition gives ${describeValue(value)}, not true or false`,
      node.place,
      hintFor(value),
    );
  };
  const { source, place, references } = expression;
  return [{ source, place, references, misuse: (types) => expression.misuse(types), holds }];
}

/**
 * The first condition that is false. It decides even if one before it is unknown; if none is false, UnknownValue is
 * thrown for the first unknown one. A condition after an unknown one may depend on it, so its errors do not count.
 */
export function firstFalse(conditions: readonly Condition[], scope: Scope): Condition | undefined {
  let unknown: UnknownValue | undefined;
  for (const condition of conditions) {
    try {
      if (!condition.holds(scope)) return condition;
    } catch (error) {
      if (error instanceof UnknownValue) unknown ??= error;
      else if (!unknown) throw error;
    }
  }
  if (unknown) throw unknown;
  return undefined;
}

function compile(node: ScalarNode, diagnostics: Diagnostics, mustBeBool: boolean): Expression {
  const located = locatedScalar(node);
  const source = located.text.trim();
  const base = { source, place: node.place };
  try {
    const program = parseCel(located.text);
    const wrong = mustBeBool && !boolean.has(program.type);
    if (wrong)
      diagnostics.error(
        'condition-type',
        node.place,
        `the condition gives ${typeWords(program.type)}, not true or false`,
        'compare it with something',
      );
    return {
      ...base,
      references: referencesOf(program, located),
      misuse(types) {
        const found = wrong ? undefined : types.problemIn(located.text, mustBeBool);
        if (!found) return undefined;
        const { message, offset, hint } = found.problem;
        return { code: found.code, message, place: located.at(offset, 1), ...(hint !== undefined && { hint }) };
      },
      evaluate: (scope) => run(program, scope, located),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    diagnostics.error('expression-syntax', located.at(error.offset, 1), error.message, error.hint);
    return { ...base, references: [], misuse: () => undefined, evaluate: () => fail(error.message, node) };
  }
}

const boolean = new Set(['bool', 'dyn', 'dyn<bool>']);

function referencesOf(program: CelProgram, located: Located): Expression['references'] {
  return withTests(program.uses.map((use) => ({ ...use, place: located.at(use.start, use.end - use.start) })));
}

function run(program: CelProgram, scope: Scope, located: Located): unknown {
  try {
    return program.run(scope);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new TemplateError(error.message, located.at(error.offset, 1), error.hint);
  }
}

function hintFor(value: unknown): string {
  if (value === 'true' || value === 'false') return `it is text: write bool(x) or x == '${value}'`;
  if (Array.isArray(value)) return 'write size(x) > 0';
  return typeof value === 'number' ? 'write x != 0' : "compare it with something: x != '', x != null, size(x) > 0";
}

function fail(message: string, node: SourceNode): never {
  throw new TemplateError(message, node.place);
}
