import type { Diagnostics } from '../../source/diagnostic.ts';
import type { Playbook } from '../types.ts';
import { lintFlow } from './flow.ts';
import { lintNames } from './names.ts';
import type { LintContext } from './state.ts';
import { lintVariables } from './variables.ts';

/** Checks a parsed playbook before the run: names, fields and types, then control flow, then duplicate names. */
export function lintPlaybook(playbook: Playbook, context: LintContext, diagnostics: Diagnostics): void {
  lintVariables(playbook, context, diagnostics);
  lintFlow(playbook, context, diagnostics);
  lintNames(playbook, diagnostics);
}
