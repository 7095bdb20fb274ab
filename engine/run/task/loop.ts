import { firstFalse } from '../../expressions/condition.ts';
import { describeValue } from '../../expressions/member.ts';
import type { Condition } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import type { Include, Loop, Play, Task } from '../../playbook/types.ts';
import { Locals } from '../../variables/layers.ts';
import type { HostScope } from '../../variables/scope.ts';
import type { Run } from '../types.ts';
import { evaluate } from './evaluate.ts';

export interface Items {
  readonly items: readonly unknown[];
  /** No host has a part in them. */
  readonly given: boolean;
  /** The condition that keeps all of them from running. */
  readonly refused?: Condition;
}

/**
 * The items of a loop. A condition that fails without referring to the item decides for all of them first: the loop's
 * source may well be undefined then.
 */
export async function itemsOf(
  run: Run,
  play: Play,
  scope: HostScope,
  entry: Task | Include,
  loop: Loop,
  signal?: AbortSignal,
): Promise<Items> {
  const forAll = entry.when.filter((condition) => !mentions(condition.references, loop));
  const refused = await evaluate(run, play, scope, () => firstFalse(forAll, scope), signal);
  if (refused) return { items: [], given: true, refused };
  const items = await evaluate(run, play, scope, () => asList(loop.over.evaluate(scope), entry), signal);
  return { items, given: !scope.fromHosts(loop.over.references) };
}

/** Whether a condition refers to the item. */
function mentions(references: readonly { readonly path: readonly string[] }[], loop: Loop): boolean {
  return references.some(
    ({ path }) => path[0] === loop.variable || path[0] === loop.indexVariable || path[0] === 'ansible_loop',
  );
}

export function loopVariables(loop: Loop, { items, given }: Items, index: number): Locals {
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
  return new Locals(locals, given ? locals.keys() : []);
}

function asList(value: unknown, task: { readonly name: string }): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TaskFailure(`loop of '${task.name}' needs a list, but got ${describeValue(value)}`);
}
