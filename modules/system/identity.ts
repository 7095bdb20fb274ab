import { TaskFailure } from '../../engine/module/failure.ts';
import type { Reader } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, type Probe, willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { withPackages } from '../packages/upcoming.ts';
import { numberOf } from './account.ts';

/** Whose files the user of this task makes, and under which umask. */
export interface Identity {
  readonly user: string;
  readonly group: string;
  readonly umask: number;
}

export function identity(): Probe<Identity> {
  return {
    key: 'identity:',
    fixed: true,
    script: 'id -un 2>/dev/null || id -u; id -gn 2>/dev/null || id -g; umask',
    parse(out) {
      const [user, group, umask] = out.stdout.split('\n') as [string, string, string];
      return { user, group, umask: Number.parseInt(umask, 8) };
    },
  };
}

/** The name of a numeric user or group; null where the host has none for it. */
export function nameOfId(kind: 'user' | 'group', id: string): Probe<string | null> {
  return {
    key: `${kind}-name:${id}`,
    script: sh`getent ${kind === 'user' ? 'passwd' : 'group'} ${id}`,
    parse: (out) => (out.code === 0 ? out.stdout.split(':')[0]! : null),
    appearsWith: withPackages<string | null>({
      absent: (name) => name === null,
      appearing: (forecast) => (forecast.mayCreateAccount() ? undefined : null),
    }),
  };
}

/** Refuses a number that another has: useradd and its kin would, after other changes. */
export async function expectFree(host: Reader, kind: 'user' | 'group', id: number, name: string): Promise<void> {
  const holder = await unlessUnknown(host.read(nameOfId(kind, String(id))));
  if (holder == null || holder === name) return;
  throw new TaskFailure(`the ${kind} '${holder}' already has the number ${id}`, {
    hint: `choose another number for '${name}', or change that ${kind} first`,
  });
}

/** After this, the number belongs to this name and its old one to nobody. */
export function numberWillBe(
  kind: 'user' | 'group',
  name: string,
  before: number | null | undefined,
  after: number | null | undefined,
): readonly Prediction[] {
  return [
    ...(before == null ? [] : [willBe(nameOfId(kind, String(before)), null)]),
    ...(after == null ? [] : [willBe(nameOfId(kind, String(after)), name)]),
    after === undefined ? cannotTell(numberOf(kind, name)) : willBe(numberOf(kind, name), after),
  ];
}

/** The name of a group that may be given by its number. Throws where the host has none of this number. */
export async function groupName(host: Reader, given: string): Promise<string> {
  if (!/^\d+$/.test(given)) return given;
  const name = await host.read(nameOfId('group', given));
  if (name !== null) return name;
  throw noGroup([given]);
}

export function noGroup(names: readonly string[]): TaskFailure {
  return new TaskFailure(`the host has no group ${names.map((name) => `'${name}'`).join(', ')}`, {
    hint: 'create it first (group), or install the package that creates it',
  });
}
