import { actions } from '../editor/actions.ts';
import type { AnyModule } from '../module/module.ts';
import { codeTerms, factTerms, helperBlocks, keywordTerms, moduleList, variableTerms } from './lists.ts';
import { actionPage, modulePage } from './module-page.ts';
import { type Block, heading, terms, text } from './page.ts';

/** The whole reference, as modules/README.md holds it. */
export function wholeReference(modules: readonly AnyModule[]): readonly Block[] {
  return [
    heading(1, 'Reference'),
    text(
      'Written by `tsplay doc --markdown` from what the engine and its modules declare; a test fails where it is stale. Each example is run by a test.',
    ),
    text(
      '[Modules](#modules) · [Imports, includes and meta](#imports-includes-and-meta) · [Keywords](#keywords) · [Helpers and functions](#helpers-and-functions) · [Facts](#facts) · [Connection variables](#connection-variables) · [Diagnostics](#diagnostics)',
    ),
    heading(1, 'Modules'),
    text(
      'Every value may be an expression: `{{ … }}` or `!cel …`. A registered result holds what stands here under Result, and `changed`, `failed`, `skipped`, `msg`.',
    ),
    ...moduleList(modules),
    ...modules.flatMap(modulePage),
    heading(1, 'Imports, includes and meta'),
    ...actions.flatMap(actionPage),
    heading(1, 'Keywords'),
    terms(keywordTerms()),
    heading(1, 'Helpers and functions'),
    ...helperBlocks(),
    heading(1, 'Facts'),
    text(
      'Read only where something refers to them, in conditions (`facts.cpus > 2`) and templates (`{{facts.os.id}}`).',
    ),
    terms(factTerms()),
    heading(1, 'Connection variables'),
    text('Variables of a host that say how to reach it.'),
    terms(variableTerms()),
    heading(1, 'Diagnostics'),
    text('What is told before any host is touched. The code stands in brackets after the message.'),
    terms(codeTerms()),
  ];
}
