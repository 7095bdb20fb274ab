import { selectHosts } from '../inventory/select.ts';
import type { Inventory } from '../inventory/types.ts';
import type { InventoryNames } from '../playbook/lint/state.ts';
import { PlayScope } from '../playbook/play-scope.ts';
import type { Play } from '../playbook/types.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import type { InventoryValues } from '../variables/inventory-values.ts';

/** The hosts that a play's pattern matches, and those of them that --limit leaves. */
export interface Chosen {
  readonly all: readonly string[];
  readonly limited: readonly string[];
}

export interface Choice {
  /** Patterns; of several, the hosts of any. */
  readonly limit?: string | readonly string[] | undefined;
  readonly extra: ReadonlyMap<string, unknown>;
  /** Whether a host or group of this name may appear before the play begins. */
  readonly mayAppear: (name: string) => boolean;
}

/** Resolves the patterns of plays against the inventory as it is now. */
export function chooseHosts(
  plays: readonly Play[],
  inventory: Inventory,
  { limit, extra, mayAppear }: Choice,
  diagnostics: Diagnostics,
): Map<Play, Chosen> {
  const left = limit === undefined ? undefined : new Set(limitedTo(limit, inventory, mayAppear, diagnostics));
  const hosts = new Map<Play, Chosen>();
  for (const play of plays) {
    try {
      const patterns = [play.hosts.evaluate(new PlayScope(extra, play.layers.vars))].flat(2).map(String);
      const all = selectHosts(inventory, patterns, play.hosts.place, diagnostics, mayAppear);
      hosts.set(play, { all, limited: left ? all.filter((name) => left.has(name)) : all });
    } catch (error) {
      diagnostics.error(
        'play-hosts',
        play.hosts.place,
        (error as Error).message,
        'the hosts of a play can use only extra vars (-e) and the vars of the play',
      );
    }
  }
  return hosts;
}

/** Without an inventory there is localhost and nothing else: a play for other hosts would match none, and succeed. */
export function areForLocalhost(
  plays: readonly Play[],
  inventory: Inventory,
  extra: Choice['extra'],
  diagnostics: Diagnostics,
): boolean {
  const hosts = chooseHosts(plays, inventory, { extra, mayAppear: () => false }, new Diagnostics());
  const other = plays.find((play) => (hosts.get(play)?.all ?? []).length === 0);
  if (other)
    diagnostics.error(
      'no-inventory',
      other.hosts.place,
      'no inventory: without one, only plays for localhost can run',
      'name one with -i, e.g. -i inventory/lab.yml, or as inventory in tsplay.yml',
    );
  return !other;
}

/** With --limit, a run without any host is a mistake, not a success. */
export function checkLimit(
  { limit }: Choice,
  hosts: ReadonlyMap<Play, Chosen>,
  grows: boolean,
  diagnostics: Diagnostics,
): void {
  const meant = new Set([...hosts.values()].flatMap(({ all }) => all));
  if (limit === undefined || grows || diagnostics.hasErrors || meant.size === 0) return;
  if ([...hosts.values()].some(({ limited }) => limited.length > 0)) return;
  const some = [...meant].slice(0, 8).join(', ');
  diagnostics.error(
    'empty-limit',
    undefined,
    `--limit '${[limit].flat().join(' ')}' leaves no host: the plays are for ${some}${meant.size > 8 ? ' …' : ''}`,
  );
}

/** The hosts that --limit leaves. There is no place in a file to show, so messages name the option. */
function limitedTo(
  pattern: string | readonly string[],
  inventory: Inventory,
  mayAppear: Choice['mayAppear'],
  diagnostics: Diagnostics,
): readonly string[] {
  const own = new Diagnostics();
  const hosts = selectHosts(inventory, pattern, undefined, own, mayAppear);
  for (const { code, place, message, hint } of own.all) diagnostics.error(code, place, `--limit: ${message}`, hint);
  return hosts;
}

/**
 * What the inventory defines, for the hosts of a play's pattern whether or not --limit leaves them. Where hosts can be
 * added during the run, a play may have hosts of any group.
 */
export function namesOf(
  inventory: Inventory,
  chosen: ReadonlyMap<Play, Chosen>,
  grows: boolean,
  values: InventoryValues,
): InventoryNames {
  const variablesOf = (names: Iterable<string>): Set<string> => {
    const found = new Set<string>();
    for (const name of names)
      for (const { name: variable } of (inventory.hosts.get(name) ?? inventory.localhost(name))?.settings ?? [])
        found.add(variable);
    return found;
  };
  const anywhere = grows ? inventory.variableNames() : [];
  return {
    hosts: new Set(inventory.hosts.keys()),
    groups: new Set(inventory.groups.keys()),
    variablesOf: (play) => new Set([...anywhere, ...variablesOf(chosen.get(play)?.all ?? [])]),
    variables: new Set([...anywhere, ...variablesOf(inventory.hosts.keys())]),
    valuesOf: (play, name) => values.use(play ? (chosen.get(play)?.all ?? []) : inventory.hosts.keys(), name),
  };
}
