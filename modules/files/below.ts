import type { Difference } from '../../engine/module/module.ts';
import { applyMode, type Wanted } from './attributes.ts';
import { type Alike, summed } from './tree.ts';

/** What is below a folder, once all of it has the wanted attributes. A link has an owner and a group, but no mode of its own. */
export function belowWillBe(groups: readonly Alike[], wanted: Wanted, umask: number): readonly Alike[] {
  return summed(groups.map((group) => ({ ...group, ...becomes(group, wanted, umask) })));
}

function becomes(
  group: Alike,
  { owner, group: groupName, mode }: Wanted,
  umask: number,
): Pick<Alike, 'owner' | 'group' | 'mode'> {
  return {
    owner: owner ?? group.owner,
    group: groupName ?? group.group,
    mode:
      mode === undefined || group.type === 'link'
        ? group.mode
        : applyMode(mode, group.mode, group.type === 'directory', umask),
  };
}

export function belowDifferences(path: string, groups: readonly Alike[], wanted: Wanted, umask: number): Difference[] {
  return (['owner', 'group', 'mode'] as const).flatMap((name) => {
    const wrong = groups.filter((group) => becomes(group, wanted, umask)[name] !== group[name]);
    if (wrong.length === 0) return [];
    const count = wrong.reduce((sum, group) => sum + group.count, 0);
    const values = [...new Set(wrong.map((group) => group[name]))].sort();
    return [{ what: `${name} of ${count} below ${path}`, from: values.join(', '), to: wanted[name]! }];
  });
}

/** Commands for those of the wanted attributes that something below does not have yet; the mode last, since chown clears set-ID bits. */
export function belowCommands(path: string, wanted: Wanted): string[][] {
  const owner =
    wanted.owner === undefined && wanted.group === undefined
      ? undefined
      : `${wanted.owner ?? ''}${wanted.group === undefined ? '' : `:${wanted.group}`}`;
  return [
    ...(owner === undefined ? [] : [['chown', '-R', '-h', '--', owner, path]]),
    ...(wanted.mode === undefined
      ? []
      : [['chmod', '-R', '--', /^\d+$/.test(wanted.mode) ? `0${wanted.mode}` : wanted.mode, path]]),
  ];
}
