import type { Expression, Program } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import type { Diagnostics } from '../../source/diagnostic.ts';
import { Problem, type Reference, type Scope, TemplateError } from '../types.ts';
import { type Located, locatedFile } from './located.ts';
import { parseHandlebars } from './parse.ts';
import { inspect } from './references.ts';
import { expressionOf, Renderer } from './render.ts';

export interface CompiledText {
  readonly references: readonly Reference[];
  /** The whole text is one expression: its value keeps its type. */
  readonly single: boolean;
  value(scope: Scope): unknown;
  render(scope: Scope): string;
}

export interface FileTemplate {
  readonly references: readonly Reference[];
  /** Throws TemplateError or UnknownValue. */
  render(scope: Scope): string;
}

/** Compiles a template file (Handlebars). A line with nothing but a block tag produces no line. */
export function compileFile(path: string, text: string, diagnostics: Diagnostics): FileTemplate {
  return compileText(locatedFile(path, text), diagnostics);
}

/** Compiles text with {{ }} in it. After a diagnostic, the result throws when it is used. */
export function compileText(text: Located, diagnostics: Diagnostics): CompiledText {
  try {
    const program = parseHandlebars(text.text);
    const { references, problems } = inspect(program, text);
    if (problems.length === 0) return compiled(program, text, references);
    for (const problem of problems) report(problem, text, diagnostics);
    return broken(problems[0]!, text, references);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    report(error, text, diagnostics);
    return broken(error, text, []);
  }
}

function compiled(program: Program, text: Located, references: readonly Reference[]): CompiledText {
  const single = singleExpression(program);
  return {
    references,
    single: single !== undefined,
    value: (scope) => (single ? new Renderer(scope, text).value(single) : new Renderer(scope, text).render(program)),
    render: (scope) => new Renderer(scope, text).render(program),
  };
}

function singleExpression(program: Program): Expression | undefined {
  const [only, ...others] = program.body.filter((node) => node.type !== 'CommentStatement');
  return only?.type === 'MustacheStatement' && others.length === 0 ? expressionOf(only) : undefined;
}

function report(problem: Problem, text: Located, diagnostics: Diagnostics): void {
  diagnostics.error('template-syntax', text.at(problem.offset, 1), problem.message, problem.hint);
}

function broken(problem: Problem, text: Located, references: readonly Reference[]): CompiledText {
  const fail = (): never => {
    throw new TemplateError(problem.message, text.at(problem.offset, 1), problem.hint);
  };
  return { references, single: false, value: fail, render: fail };
}
