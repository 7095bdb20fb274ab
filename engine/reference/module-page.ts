import type { Action } from '../editor/actions.ts';
import type { AnyModule } from '../module/module.ts';
import { type Block, code, heading, terms, text } from './page.ts';
import { ruleWords, termsOf } from './schema-words.ts';

/** The reference page of a module, from its declaration. */
export function modulePage(module: AnyModule): readonly Block[] {
  const { name, summary, args, returns, freeForm, examples } = module;
  const known = termsOf(args);
  const rules = ruleWords(args);
  const results = returns ? termsOf(returns) : [];
  return [
    heading(2, name),
    text(summary),
    ...(typeof args['description'] === 'string' ? [text(args['description'])] : []),
    ...(known.length > 0 ? [heading(3, 'Arguments'), terms(known)] : []),
    ...(freeForm === undefined ? [] : [text(`Given text instead of a map, it sets \`${freeForm}\`.`)]),
    ...(rules.length > 0 ? [text(rules.join(' '))] : []),
    heading(3, 'In check mode'),
    text(natureOf(module)),
    ...(results.length > 0 ? [heading(3, 'Result'), terms(results)] : []),
    heading(3, 'Examples'),
    code(examples.map((example) => example.trim()).join('\n\n')),
  ];
}

function natureOf({ nature = 'state', detachable, once, inCheckMode, ...module }: AnyModule): string {
  if (inCheckMode !== undefined) return inCheckMode;
  const detached = detachable ? ' Can run in the background (`async`).' : '';
  if (nature === 'action') return `Does not run; its result, and everything that depends on it, is unknown.${detached}`;
  if (nature === 'wait') return 'Changes nothing. If it would have to wait, the result is unknown.';
  if (once) return 'Runs as in a real run, because it does not contact hosts. Runs once for all hosts.';
  return module.change
    ? 'Predicts the changes, and later tasks see the predicted state.'
    : 'Runs as in a real run, because it changes nothing.';
}

/** The reference page of an action. */
export function actionPage({ name, summary, args, freeForm, examples }: Action): readonly Block[] {
  return [
    heading(2, name),
    text(summary),
    heading(3, 'Arguments'),
    terms(termsOf(args)),
    text(`Given text instead of a map, it sets \`${freeForm}\`.`),
    heading(3, 'Examples'),
    code(examples.join('\n\n')),
  ];
}
