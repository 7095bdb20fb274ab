import type {
  Expression,
  Path,
  Program,
  Statement,
  SubExpression,
} from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import { Unknown, UnknownValue } from '../../module/unknown.ts';
import { scalarText } from '../../source/written-number.ts';
import { isTruthy } from '../functions/logic.ts';
import { describeValue, findEntry, findVariable, isMap, Missing } from '../member.ts';
import { type Scope, TemplateError } from '../types.ts';
import { helpers } from './helpers.ts';
import { type Located, offsetAt } from './located.ts';
import { isScoped } from './references.ts';

/** The item of an {{#each}} or {{#with}}; undefined is the outermost level, whose names are the variables. */
interface Level {
  readonly item: unknown;
  /** `@index`, `@key`, `@first`, `@last`. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly names: ReadonlyMap<string, unknown>;
  readonly outer: Level | undefined;
}

/**
 * Evaluates the tree of a template. Handlebars' own compiler is not used: its strict mode misses undefined values in
 * arguments, it needs every variable up front, and its errors have no place. It differs on purpose in this:
 * - undefined is always an error, except in `default`, `defined` and `required`; lists and maps are not printed;
 * - a name inside {{#each}} or {{#with}} that the item does not have is looked up further out; with block parameters
 *   (`as |x|`) plain names never mean the item's fields;
 * - a name without arguments is always a variable, with arguments always a helper.
 */
export class Renderer {
  readonly #scope: Scope;
  readonly #text: Located;

  constructor(scope: Scope, text: Located) {
    this.#scope = scope;
    this.#text = text;
  }

  render(program: Program, level?: Level): string {
    let out = '';
    for (const node of program.body) out += this.#piece(node, level);
    return out;
  }

  /** The value of an expression, with its type; throws if it is undefined or unknown. */
  value(node: Expression, level?: Level): unknown {
    const value = this.#find(node, level);
    if (value instanceof Missing) throw this.#error(node, value.message, value.hint);
    return value;
  }

  #piece(node: Statement, level: Level | undefined): string {
    switch (node.type) {
      case 'ContentStatement':
        return node.value;
      case 'MustacheStatement':
        return this.#printed(expressionOf(node), level);
      case 'BlockStatement':
        return this.#block(node, level);
      default:
        return '';
    }
  }

  #printed(node: Expression, level: Level | undefined): string {
    const value = this.value(node, level);
    const text = scalarText(value);
    if (text !== undefined) return text;
    if (value === null) return '';
    const hint = Array.isArray(value)
      ? "write {{ join list ',' }} or {{ toJson list }}"
      : typeof value === 'symbol'
        ? "it leaves out a whole argument: argument: '{{ default name omit }}'"
        : 'write {{ toJson map }} or {{ toYaml map }}';
    throw this.#error(node, `${describeValue(value)} cannot be put into text`, hint);
  }

  #block(node: Statement & { type: 'BlockStatement' }, level: Level | undefined): string {
    const value = this.value(node.params[0]!, level);
    const otherwise = (): string => (node.inverse ? this.render(node.inverse, level) : '');
    const body = (inner: Level | undefined): string => (node.program ? this.render(node.program, inner) : '');
    const names = (...values: unknown[]): ReadonlyMap<string, unknown> =>
      new Map((node.program?.blockParams ?? []).map((name, i) => [name, values[i]]));
    switch (node.path.original) {
      case 'if':
        return isTruthy(value) ? body(level) : otherwise();
      case 'unless':
        return isTruthy(value) ? otherwise() : body(level);
      case 'with':
        return isTruthy(value) ? body({ item: value, data: {}, names: names(value), outer: level }) : otherwise();
      default: {
        if (value !== null && !Array.isArray(value) && !isMap(value))
          throw this.#error(node.params[0]!, `cannot loop over ${describeValue(value)}`, 'a list or a map is expected');
        const isList = Array.isArray(value);
        const entries: [string | number, unknown][] = isList
          ? [...(value as unknown[]).entries()]
          : Object.entries(value ?? {});
        if (entries.length === 0) return otherwise();
        return entries
          .map(([key, item], index) => {
            const data = { index, key, first: index === 0, last: index === entries.length - 1 };
            return body({ item, data, names: names(item, key), outer: level });
          })
          .join('');
      }
    }
  }

  #find(node: Expression, level: Level | undefined): unknown {
    const value = this.#evaluate(node, level);
    if (value instanceof Unknown) throw new UnknownValue(value.reason);
    return value;
  }

  #evaluate(node: Expression, level: Level | undefined): unknown {
    if (node.type === 'PathExpression') return this.#path(node, level);
    if (node.type === 'SubExpression') return this.#call(node, level);
    return node.type === 'UndefinedLiteral' ? new Missing('undefined is not a value') : node.value;
  }

  #path(path: Path, level: Level | undefined): unknown {
    let at = level;
    for (let i = 0; i < path.depth; i++) at = at?.outer;
    const [first, ...rest] = path.parts;
    if (path.data) {
      const value = at && Object.hasOwn(at.data, first!) ? at.data[first!] : undefined;
      return value ?? new Missing(`'@${first}' exists only inside {{#each}}`);
    }
    if (first === undefined) return at ? at.item : new Missing("'this' exists only inside {{#each}} and {{#with}}");
    let value =
      path.depth > 0 || isScoped(path)
        ? at
          ? findEntry(at.item, first, 'this')
          : findVariable(this.#scope, first)
        : this.#name(first, at);
    let shown = first;
    for (const step of rest) {
      if (value instanceof Missing) return value;
      value = findEntry(value, step, shown);
      shown += `.${step}`;
    }
    return value;
  }

  /** The innermost thing of that name: block parameters, fields of items, then the variables. */
  #name(name: string, level: Level | undefined): unknown {
    for (let l = level; l; l = l.outer) {
      if (l.names.has(name)) return l.names.get(name);
      if (l.names.size > 0) continue;
      if (l.item instanceof Unknown) return l.item; // whether it has such a field is not known
      if (isMap(l.item) && Object.hasOwn(l.item, name)) return l.item[name];
    }
    return findVariable(this.#scope, name);
  }

  #call(node: SubExpression, level: Level | undefined): unknown {
    const name = node.path.original;
    const [a, b] = node.params;
    if (name === 'default') {
      const value = this.#find(a!, level);
      return value instanceof Missing ? this.value(b!, level) : value;
    }
    if (name === 'defined') return !(this.#find(a!, level) instanceof Missing);
    if (name === 'required') {
      const value = this.#find(a!, level);
      if (!(value instanceof Missing) && value !== null && value !== '') return value;
      throw this.#error(node, String(this.value(b!, level)));
    }
    if (name === 'and' || name === 'or') return this.#junction(node.params, name === 'or', level);
    const helper = helpers.get(name)!;
    const args = node.params.map((param) => this.value(param, level));
    try {
      const result = helper.call!(args);
      this.#scope.derived?.(args, result);
      return result;
    } catch (error) {
      if (error instanceof UnknownValue || error instanceof TemplateError) throw error;
      throw this.#error(
        node,
        `${name}: ${error instanceof Error ? error.message : 'failed'}`,
        `usage: ${helper.usage}`,
      );
    }
  }

  /** True or false; an unknown operand matters only if no other operand decides. */
  #junction(operands: readonly Expression[], deciding: boolean, level: Level | undefined): boolean {
    let unknown: UnknownValue | undefined;
    for (const operand of operands) {
      try {
        if (isTruthy(this.value(operand, level)) === deciding) return deciding;
      } catch (error) {
        if (!(error instanceof UnknownValue)) throw error;
        unknown ??= error;
      }
    }
    if (unknown) throw unknown;
    return !deciding;
  }

  #error(node: Expression, message: string, hint?: string): TemplateError {
    const start = offsetAt(this.#text.text, node.loc.start);
    return new TemplateError(message, this.#text.at(start, offsetAt(this.#text.text, node.loc.end) - start), hint);
  }
}

/** The expression in `{{ helper argument }}`. */
export function expressionOf(node: Statement & { type: 'MustacheStatement' }): Expression {
  if (node.path.type !== 'PathExpression' || node.params.length === 0) return node.path;
  return {
    type: 'SubExpression',
    path: node.path,
    params: node.params,
    loc: { start: node.path.loc.start, end: node.params.at(-1)!.loc.end },
  };
}
