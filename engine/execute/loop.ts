import { TaskFailure } from '../contract/failure.ts';
import type { Loop } from '../playbook/types.ts';

/** Whether a condition looks at the item. */
export function mentions(references: readonly { readonly path: readonly string[] }[], loop: Loop): boolean {
  return references.some(
    ({ path }) => path[0] === loop.variable || path[0] === loop.indexVariable || path[0] === 'ansible_loop',
  );
}

export function loopVariables(loop: Loop, items: readonly unknown[], index: number): Map<string, unknown> {
  const locals = new Map<string, unknown>([[loop.variable, items[index]]]);
  if (loop.indexVariable !== undefined) locals.set(loop.indexVariable, index);
  if (loop.extended) {
    const { length } = items;
    const around = {
      ...(index > 0 && { previtem: items[index - 1] }),
      ...(index < length - 1 && { nextitem: items[index + 1] }),
    };
    const from = { index: index + 1, index0: index, revindex: length - index, revindex0: length - index - 1 };
    locals.set('ansible_loop', {
      ...from,
      first: index === 0,
      last: index === length - 1,
      length,
      allitems: items,
      ...around,
    });
  }
  return locals;
}

export function asList(value: unknown, task: { readonly name: string }): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const kind =
    value === null || value === undefined ? 'nothing' : typeof value === 'object' ? 'a map' : `a ${typeof value}`;
  throw new TaskFailure(`loop of '${task.name}' needs a list, but got ${kind}`);
}
