import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { tasksIn } from './handlers.ts';
import type { Playbook } from './types.ts';

/** Needs no line in any inventory: it is this machine. */
const thisMachine: ReadonlySet<unknown> = new Set(['localhost', '127.0.0.1', '::1']);

/** Hosts that tasks are delegated to by their plain names are in the inventory. */
export function checkDelegates(
  playbook: Playbook,
  hosts: ReadonlyMap<string, unknown>,
  diagnostics: Diagnostics,
): void {
  const nothing = { lookup: () => undefined, names: () => [] };
  for (const play of playbook.plays)
    for (const { settings } of [...play.sections.flatMap(tasksIn), ...play.handlers]) {
      const to = settings.delegateTo;
      if (!to?.constant) continue;
      const name = to.evaluate(nothing);
      if (typeof name !== 'string' || name === '' || thisMachine.has(name) || hosts.has(name)) continue;
      diagnostics.error('unknown-host', to.place, `the inventory has no host '${name}'`, suggest(name, hosts.keys()));
    }
}
