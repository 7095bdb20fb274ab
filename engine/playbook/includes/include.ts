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

/** include_tasks and include_role: all possible targets are read and checked before the run. */
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
  // For a role they are parameters, which override its own variables.
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
      throw new TaskFailure(`${[...evaluated.values()].join(', ')}: not among the targets checked before the run`, {
        hint: `an expression can match only a name without a slash; checked: ${[...candidates.values()].map((c) => c.title).join(', ')}`,
      });
    },
  };
}

/** Keywords on an include apply to the include itself. */
function reject(entry: MapEntry, what: string, { loader: { diagnostics } }: Context): void {
  if (!Object.hasOwn(keywords, entry.key) || !keywords[entry.key]!.at.includes('block'))
    rejectKey(entry, 'include', diagnostics);
  else
    diagnostics.error(
      'misplaced-keyword',
      entry.keyPlace,
      `'${entry.key}' is not allowed on ${what}: keywords there apply to the include itself, not its tasks`,
      `pass it to the tasks: ${what}: { …, apply: { ${entry.key}: … } }`,
    );
}

/** What the included tasks inherit: from around the include, its vars, and `apply`. */
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
        `'${list}' is not allowed in apply`,
        'wrap the include in a block',
      );
  return inherit(context, fields, 'vars of apply');
}
