import { TaskFailure } from '../../engine/module/failure.ts';
import type { Reader } from '../../engine/module/module.ts';
import type { AptPlan } from './apt-plan.ts';
import { type PackageState, packageState } from './dpkg.ts';
import { matches, type Spec } from './spec.ts';

/** A package that a task asks for, as the host has it. */
export interface Asked {
  readonly spec: Spec;
  readonly state: PackageState;
  readonly residue: boolean;
}

export const withoutArchitecture = (name: string): string => name.split(':', 1)[0]!;

export function isLacking({ spec, state }: Asked): boolean {
  return state.version === null || state.broken || !matches(spec.version, state.version);
}

/** The package that apt takes for a name which only that one provides. */
export async function settled(one: Asked, plan: AptPlan, host: Reader): Promise<Asked> {
  const name = one.state.version === null ? plan.selected[withoutArchitecture(one.spec.name)] : undefined;
  return name === undefined ? one : { ...one, spec: { ...one.spec, name }, state: await host.read(packageState(name)) };
}

/** Apt takes an unknown name for a pattern or, without the sign at its end, for another: it would install something else. */
export function refuseOthers(lacking: readonly Asked[], plan: AptPlan): void {
  const planned = new Set(Object.keys(plan.installs).map(withoutArchitecture));
  const other = lacking.find(({ spec, state }) => !state.broken && !planned.has(withoutArchitecture(spec.name)));
  if (other)
    throw new TaskFailure(
      `there is no package '${other.spec.name}'${other.spec.version === undefined ? '' : ` in the version ${other.spec.version}`}`,
      {
        hint: `\`apt-cache policy ${other.spec.name}\` on the host shows what apt knows of it`,
      },
    );
}

/** What would be removed beside the named packages: nobody asked for it. */
export function othersRemoved(removes: readonly string[], named: readonly string[]): readonly string[] {
  const own = new Set(named.map(withoutArchitecture));
  return removes.filter((name) => !own.has(withoutArchitecture(name)));
}

export function refuseRemovals(others: readonly string[], action: string): void {
  if (others.length === 0) return;
  const shown = others.length > 10 ? [...others.slice(0, 10), `${others.length - 10} more`] : others;
  throw new TaskFailure(`${action} would also remove ${shown.join(', ')}`, {
    hint: 'if that is wanted, remove them in a task of their own (state: absent), or set fail_on_autoremove: false',
  });
}

/** apt would refuse as well, but it does not know of predicted holds. */
export function refuseHeld(found: readonly { spec: Spec; state: PackageState }[], allowed: boolean): void {
  const held = found
    .filter(({ state }) => state.held && !state.broken)
    .map(({ spec, state }) => `${spec.name} (${state.version})`);
  if (allowed || held.length === 0) return;
  throw new TaskFailure(`on hold: ${held.join(', ')}`, {
    hint: 'set allow_change_held_packages: true to change packages that are on hold',
  });
}
