import type {
  Expression,
  Path,
  Program,
  Statement,
  SubExpression,
} from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import { suggest } from '../../source/nearest.ts';
import { templateHabit } from '../convert/jinja.ts';
import { constantProblem } from '../functions/catalogue.ts';
import { computedStep } from '../shape.ts';
import { Problem, type Reference } from '../types.ts';
import { helpers } from './helpers.ts';
import { type Located, offsetAt } from './located.ts';

export const blocks = new Set(['if', 'unless', 'each', 'with']);

/** What encloses a part of a template: each {{#each}} and {{#with}} is a level. */
interface Level {
  /** The block parameters, `as |item index|`, with the path of the value of each, if known. */
  readonly names: ReadonlyMap<string, readonly string[] | undefined>;
  readonly outer: Level | undefined;
}

/** Finds the variables that a template uses, and its calls that are wrong. */
export function inspect(program: Program, text: Located): { references: Reference[]; problems: Problem[] } {
  const found: (Reference & { readonly test: boolean })[] = [];
  const problems: Problem[] = [];
  const offset = (node: { loc: Path['loc'] }): number => offsetAt(text.text, node.loc.start);

  const usePath = (path: Path, level: Level | undefined, kind: 'value' | 'optional' | 'test'): void => {
    if (path.data) return;
    const scoped = path.depth > 0 || isScoped(path);
    const at = scoped ? outward(level, path.depth) : level;
    if (path.parts.length === 0 || (scoped && at)) return;
    if (path.parts[0] === '') {
      problems.push(new Problem("'[]' is not a value here", offset(path), 'write a list as !cel [], or in a variable'));
      return;
    }
    const from = pathBehind(path.parts, at);
    if (!from) return;
    let inItem = false;
    for (let l = at; l; l = l.outer) inItem ||= l.names.size === 0;
    const start = offset(path);
    const length = offsetAt(text.text, path.loc.end) - start;
    found.push({
      path: from,
      place: text.at(start, length),
      optional: kind !== 'value' || inItem,
      test: kind === 'test',
      ...(from !== path.parts && { through: true as const }),
    });
  };

  const use = (node: Expression, level: Level | undefined, kind: 'value' | 'optional' | 'test' = 'value'): void => {
    if (node.type === 'PathExpression') usePath(node, level, kind);
    else if (node.type === 'SubExpression') call(node, level);
  };

  /** Reports Jinja with its translation, once: its words are no variables. */
  const isJinja = (node: { loc: Path['loc'] }, end: Path['loc'], block?: string): boolean => {
    const source = text.text.slice(offset(node), offsetAt(text.text, end.end));
    const instead = templateHabit(source);
    const hint = block === undefined ? instead : instead?.replace(/^write \{\{ (.*) \}\}$/, `write {{#${block} ($1)}}`);
    if (hint !== undefined) problems.push(new Problem('this is Jinja; templates are Handlebars', offset(node), hint));
    return hint !== undefined;
  };

  const call = (node: Pick<SubExpression, 'path' | 'params' | 'hash' | 'loc'>, level: Level | undefined): void => {
    const name = node.path.original;
    const helper = helpers.get(name);
    if ((!helper || name === 'not') && node.params.length > 1 && isJinja(node.path, node.params.at(-1)!.loc)) return;
    if (!helper) {
      const hint =
        suggest(name, helpers.keys()) ??
        `a call is {{ helper argument … }}; helpers: ${[...helpers.keys()].join(', ')}`;
      problems.push(new Problem(`there is no helper '${name}'`, offset(node.path), hint));
    } else if (node.hash)
      problems.push(
        new Problem(`'${name}' takes no named arguments`, offset(node.hash.pairs[0]!), `usage: ${helper.usage}`),
      );
    else if (!takes(helper.usage, node.params.length))
      problems.push(
        new Problem(
          `'${name}' does not take ${node.params.length} argument${node.params.length === 1 ? '' : 's'}`,
          offset(node.path),
          `usage: ${helper.usage}`,
        ),
      );
    node.params.forEach((param, i) => {
      const problem =
        param.type === 'StringLiteral' && constantProblem(name, i, (param as Expression & { value: string }).value);
      if (problem) problems.push(new Problem(problem, offset(param)));
      const optional = name === 'defined' ? 'test' : name === 'default' && i === 0 ? 'optional' : 'value';
      use(param, level, optional);
    });
  };

  const block = (node: Statement & { type: 'BlockStatement' }, level: Level | undefined): void => {
    const name = node.path.original;
    if (!blocks.has(name)) {
      const hint = helpers.has(name)
        ? `use it inside another: {{#if (${helpers.get(name)!.usage})}}`
        : suggest(name, blocks);
      problems.push(new Problem(`there is no block '${name}'`, offset(node.path), hint));
    } else if (node.params.length > 1 && isJinja(node.params[0]!, node.params.at(-1)!.loc, name)) return;
    else if (node.params.length !== 1 || node.hash)
      problems.push(new Problem(`{{#${name}}} takes one value`, offset(node.path)));
    for (const param of node.params) use(param, level);
    const opens = name === 'each' || name === 'with';
    if (node.program) walk(node.program, opens ? { names: parametersOf(node, level), outer: level } : level);
    if (node.inverse) walk(node.inverse, level);
  };

  const walk = (body: Program, level: Level | undefined): void => {
    for (const node of body.body) {
      if (node.type === 'BlockStatement') block(node, level);
      else if (node.type === 'MustacheStatement') {
        if (node.path.type === 'PathExpression' && (node.params.length > 0 || node.hash))
          call({ ...node, path: node.path }, level);
        else if (node.params.length > 0) {
          if (isJinja(node.path, node.params.at(-1)!.loc)) continue;
          const hint = 'write a choice as {{#if x}}a{{else}}b{{/if}}';
          problems.push(new Problem('only a helper takes arguments', offset(node.params[0]!), hint));
        } else use(node.path, level);
      } else if (node.type !== 'ContentStatement' && node.type !== 'CommentStatement')
        problems.push(new Problem('partials and decorators are not supported', offset(node)));
    }
  };

  walk(program, undefined);
  return { references: withTests(found), problems };
}

/** The path of the value of each block parameter of an {{#each}} or {{#with}}. */
function parametersOf(node: Statement & { type: 'BlockStatement' }, level: Level | undefined): Level['names'] {
  const [over] = node.params;
  const plain = over?.type === 'PathExpression' && !over.data && over.depth === 0 && !isScoped(over);
  const path = plain && over.parts.length > 0 ? pathBehind(over.parts, level) : undefined;
  const [item, ...others] = node.program?.blockParams ?? [];
  const names = new Map<string, readonly string[] | undefined>(others.map((name) => [name, undefined]));
  if (item !== undefined) names.set(item, path && (node.path.original === 'each' ? [...path, computedStep] : path));
  return names;
}

/** A path that starts at a name from a block as the path from a variable; undefined if it is not known. */
function pathBehind(parts: readonly string[], level: Level | undefined): readonly string[] | undefined {
  for (let l = level; l; l = l.outer)
    if (l.names.has(parts[0]!)) {
      const base = l.names.get(parts[0]!);
      return base && [...base, ...parts.slice(1)];
    }
  return parts;
}

/** `this.x` and `./x`: a field of the item itself. */
export function isScoped(path: Path): boolean {
  return /^(\.|this\b)/.test(path.original);
}

/** What an expression tests anywhere may be missing everywhere in it: `{{#if (defined x)}}{{ x }}{{/if}}`. */
export function withTests(found: readonly (Reference & { readonly test: boolean })[]): Reference[] {
  const tested = found.filter((f) => f.test).map((f) => f.path);
  const isTested = (path: readonly string[]): boolean => tested.some((t) => t.every((step, i) => path[i] === step));
  return found.map(({ path, place, optional, through }) => ({
    path,
    place,
    optional: optional || isTested(path),
    ...(through && { through }),
  }));
}

function outward(level: Level | undefined, depth: number): Level | undefined {
  return depth === 0 ? level : outward(level?.outer, depth - 1);
}

function takes(usage: string, given: number): boolean {
  const words = usage.split(' ').slice(1);
  if (words.at(-1) === '…') return given >= words.length - 1;
  return given <= words.length && given >= words.filter((word) => !word.startsWith('[')).length;
}
