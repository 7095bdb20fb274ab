import type { Shape } from '../../expressions/shape.ts';
import type { Template } from '../../expressions/types.ts';
import type { Diagnostics } from '../../source/diagnostic.ts';
import type { Play, Playbook } from '../types.ts';
import { lintFlow } from './flow.ts';
import { lintNames } from './names.ts';
import { lintVariables } from './variables.ts';

/** What the check of a playbook knows of the world around it. */
export interface LintContext {
  /** Missing where there is none: what it could define is not judged then. */
  readonly inventory?: InventoryNames;
  /** Names of extra vars. */
  readonly extra: ReadonlySet<string>;
  /** What stands under `facts`. */
  readonly facts: Readonly<Record<string, Shape>>;
  /** The command line says become. */
  readonly become: boolean;
}

export interface InventoryNames {
  readonly hosts: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** What the play's hosts have from the inventory. */
  variablesOf(play: Play): ReadonlySet<string>;
  /** What any host has from the inventory. */
  readonly variables: ReadonlySet<string>;
  /** The values that the play's hosts (or any) have for a variable of the inventory; they count as used from here on. */
  valuesOf?(play: Play | undefined, name: string): readonly Template[];
}

/** Finds, before anything runs, what cannot work or cannot be meant: names, fields and types first, then what never happens. */
export function lintPlaybook(playbook: Playbook, context: LintContext, diagnostics: Diagnostics): void {
  lintVariables(playbook, context, diagnostics);
  lintFlow(playbook, context, diagnostics);
  lintNames(playbook, diagnostics);
}
