import type { ASTNode } from '@marcbachmann/cel-js';
import { computedStep } from '../shape.ts';

/** A use of a variable: where in the source, and whether it may be missing there. */
export interface CelUse {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly optional: boolean;
  /** Inside has() or defined(): it may be missing in the whole expression. */
  readonly test: boolean;
}

const loops = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** Walks a CEL tree and reports each variable and each call, except names that the expression itself binds. */
export function walkCel(
  root: ASTNode,
  onUse: (use: CelUse) => void,
  onCall: (node: ASTNode, name: string) => void,
): void {
  const use = (node: ASTNode, path: readonly string[], optional: boolean, test = false): void =>
    onUse({ path, start: node.start, end: node.end, optional: optional || test, test });

  const selection = (node: ASTNode, bound: ReadonlySet<string>, test: boolean): void => {
    const { root: base, path, optional, computed } = pathOf(node);
    for (const index of computed) walk(index, bound);
    if (!path) walk(base, bound);
    else if (!bound.has(path[0]!)) {
      use(node, path, optional, test);
      if (optional && !test && path.length > 1) use(base, path.slice(0, 1), false);
    }
  };

  const walk = (node: ASTNode, bound: ReadonlySet<string>): void => {
    switch (node.op) {
      case 'value':
        return;
      case 'id':
      case '.':
      case '.?':
      case '[]':
      case '[?]':
        return selection(node, bound, false);
      case 'call': {
        const [name, args] = node.args;
        onCall(node, name);
        if (name === 'defined' && args[0]) return selection(args[0], bound, true);
        if (name === 'has' && args[0]) {
          const { root: base } = pathOf(args[0]);
          if (base.op === 'id' && !bound.has(base.args)) use(base, [base.args], false);
          return selection(args[0], bound, true);
        }
        for (const arg of args) walk(arg, bound);
        return;
      }
      case 'rcall': {
        const [name, receiver, args] = node.args;
        onCall(node, name);
        const [variable, ...rest] = args;
        if (loops.has(name) && variable?.op === 'id' && rest.length > 0) {
          walk(receiver, bound);
          for (const arg of rest) walk(arg, new Set([...bound, variable.args]));
        } else if (name === 'bind' && receiver.op === 'id' && receiver.args === 'cel' && variable?.op === 'id') {
          if (rest[0]) walk(rest[0], bound);
          if (rest[1]) walk(rest[1], new Set([...bound, variable.args]));
        } else for (const part of [receiver, ...args]) walk(part, bound);
        return;
      }
      case '!_':
      case '-_':
        return walk(node.args, bound);
      case 'map':
        for (const [key, value] of node.args) {
          walk(key, bound);
          walk(value, bound);
        }
        return;
      default:
        for (const part of node.args) walk(part, bound);
    }
  };
  walk(root, new Set());
}

/** `a.b['c'][i].d` is the path a, b, c, *, d. `path` is missing if it does not start with a name. */
function pathOf(node: ASTNode): { root: ASTNode; path?: string[]; optional: boolean; computed: ASTNode[] } {
  if (node.op === 'id') return { root: node, path: [node.args], optional: false, computed: [] };
  if (node.op !== '.' && node.op !== '.?' && node.op !== '[]' && node.op !== '[?]')
    return { root: node, optional: false, computed: [] };
  const inner = pathOf(node.args[0]);
  const optional = inner.optional || node.op === '.?' || node.op === '[?]';
  const step = node.args[1];
  if (typeof step === 'string') return { ...inner, optional, ...(inner.path && { path: [...inner.path, step] }) };
  if (step.op === 'value')
    return { ...inner, optional, ...(inner.path && { path: [...inner.path, String(step.args)] }) };
  return {
    ...inner,
    optional,
    computed: [...inner.computed, step],
    ...(inner.path && { path: [...inner.path, computedStep] }),
  };
}
