import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { tasksIn } from './handlers.ts';
import type { Playbook } from './types.ts';

/** The controller itself, which needs no inventory entry. */
export function isThisMachine(name: unknown): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '::1';
}

/** Reports constant delegate_to targets that are not in the inventory. */
export function checkDelegates(
  playbook: Playbook,
  hosts: ReadonlyMap<string, unknown>,
  mayAppear: (name: string) => boolean,
  diagnostics: Diagnostics,
): void {
  const nothing = { lookup: () => undefined, names: () => [] };
  for (const play of playbook.plays)
    for (const { settings } of tasksIn([...play.sections.flat(), ...play.handlers])) {
      const to = settings.delegateTo;
      if (!to?.constant) continue;
      const name = to.evaluate(nothing);
      if (typeof name !== 'string' || name === '' || isThisMachine(name) || hosts.has(name) || mayAppear(name))
        continue;
      diagnostics.error('unknown-host', to.place, `the inventory has no host '${name}'`, suggest(name, hosts.keys()));
    }
}
