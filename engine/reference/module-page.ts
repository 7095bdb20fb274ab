import type { Action } from '../editor/actions.ts';
import type { AnyModule } from '../module/module.ts';
import { type Block, code, heading, terms, text } from './page.ts';
import { ruleWords, termsOf } from './schema-words.ts';

/** All that is to be known of a module, from its own declaration. */
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
    ...(freeForm === undefined ? [] : [text(`Text instead of a map of arguments is \`${freeForm}\`.`)]),
    ...(rules.length > 0 ? [text(rules.join(' '))] : []),
    heading(3, 'In check mode'),
    text(natureOf(module)),
    ...(results.length > 0 ? [heading(3, 'Result'), terms(results)] : []),
    heading(3, 'Examples'),
    code(examples.map((example) => example.trim()).join('\n\n')),
  ];
}

function natureOf({ nature = 'state', detachable, once, ...module }: AnyModule): string {
  const detached = detachable ? ' It can run in the background: `async`.' : '';
  if (nature === 'action')
    return `It is not run; what it would give back is unknown, and so is what depends on that.${detached}`;
  if (nature === 'wait') return 'It changes nothing. What it would have to wait for is unknown.';
  if (once) return 'It runs as in a real run: it touches no host. It runs once for all hosts.';
  return module.change
    ? 'It predicts what would change, and later tasks see it as done.'
    : 'It runs as in a real run: it changes nothing.';
}

/** The same for what stands in the place of a module. */
export function actionPage({ name, summary, args, freeForm, examples }: Action): readonly Block[] {
  return [
    heading(2, name),
    text(summary),
    heading(3, 'Arguments'),
    terms(termsOf(args)),
    text(`Text instead of a map of arguments is \`${freeForm}\`.`),
    heading(3, 'Examples'),
    code(examples.join('\n\n')),
  ];
}
