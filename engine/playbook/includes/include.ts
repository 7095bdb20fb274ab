import { compileValue } from '../../expressions/value.ts';
import { TaskFailure } from '../../module/failure.ts';
import { type MapEntry, type MapNode, toValue } from '../../source/node.ts';
import type { Context } from '../context.ts';
import { readFields, rejectKey } from '../fields.ts';
import { keywords } from '../keywords.ts';
import { inherit } from '../settings.ts';
import { common, readLoop } from '../task.ts';
import type { Include } from '../types.ts';
import { IncludeArguments } from './arguments.ts';
import { candidateOf, type Readers } from './candidate.ts';
import { roleChoices } from './role.ts';
import { taskChoices } from './tasks.ts';

/** include_tasks and include_role: all that they can mean is read, checked, and kept for the run. */
export function readInclude(
  node: MapNode,
  what: Include['what'],
  named: MapEntry,
  context: Context,
  readers: Readers,
): Include | undefined {
  const { diagnostics } = context.loader;
  const { fields, rest } = readFields(node, 'include', diagnostics);
  for (const other of rest) if (other.key !== named.key) reject(other, what, context);
  const inherited = inherit(context, fields, `vars of the ${what}`);
  const params = inherited.layers.slice(context.layers.length).map((layer) => ({ ...layer, given: true as const }));
  const own: Context = { ...inherited, layers: [...context.layers, ...params] };
  const args = new IncludeArguments(what, named, fields.map('args')?.entries ?? [], diagnostics);
  const main = args.main();
  const loop = readLoop(fields, context);
  // Of a role they are parameters, above its own variables.
  const inside = insideOf(args, { ...context, layers: what === 'include_role' ? context.layers : own.layers });
  const once = what === 'include_role' && args.flag('allow_duplicates') === false;
  if (!main) return undefined;
  const { names, choices, find } =
    what === 'include_tasks' ? taskChoices(main, loop, context) : roleChoices(main, args, loop, context, params);
  const candidates = new Map(choices.map((choice) => [choice.key, candidateOf(choice, inside, readers)]));
  return {
    kind: 'include',
    ...common(node.place, fields, own, what),
    what,
    names: new Map([...names].map(([name, value]) => [name, compileValue(value, diagnostics)])),
    ...(loop && { loop }),
    ...(once && { once: JSON.stringify(toValue(fields.map('vars') ?? { ...node, entries: [] })) }),
    candidates: [...candidates.values()],
    certain: choices.every((choice) => choice.certain),
    choose: (evaluated) => {
      const found = candidates.get(find(evaluated));
      if (found) return found;
      throw new TaskFailure(
        `${[...evaluated.values()].join(', ')}: not one of those that were checked before the run`,
        {
          hint: `an expression stands for a name without a slash; checked: ${[...candidates.values()].map((c) => c.title).join(', ')}`,
        },
      );
    },
  };
}

/** What stands on an include is about the include itself. */
function reject(entry: MapEntry, what: string, { loader: { diagnostics } }: Context): void {
  if (!Object.hasOwn(keywords, entry.key) || !keywords[entry.key]!.at.includes('block'))
    rejectKey(entry, 'include', diagnostics);
  else
    diagnostics.error(
      'misplaced-keyword',
      entry.keyPlace,
      `'${entry.key}' cannot stand on ${what}: what stands there is about the include itself, not its tasks`,
      `hand it down: ${what}: { …, apply: { ${entry.key}: … } }`,
    );
}

/** What the tasks inside inherit: what stands around the include, its vars, and what `apply` says. */
function insideOf(args: IncludeArguments, context: Context): Context {
  const { diagnostics } = context.loader;
  const apply = args.map('apply');
  if (!apply) return context;
  const { fields, rest } = readFields(apply, 'block', diagnostics);
  for (const entry of rest) rejectKey(entry, 'block', diagnostics);
  for (const list of ['block', 'rescue', 'always'])
    if (fields.has(list))
      diagnostics.error(
        'misplaced-keyword',
        fields.place(list),
        `'${list}' cannot stand in apply`,
        'put a block around the include',
      );
  return inherit(context, fields, 'vars of apply');
}
