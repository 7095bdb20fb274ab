import type { Difference } from '../../engine/module/module.ts';
import { sh } from '../../engine/module/quote.ts';
import { applyMode, type Wanted } from './attributes.ts';
import { modeWord, type Step } from './steps.ts';
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
  const will = { owner: owner ?? group.owner, group: groupName ?? group.group };
  if (group.type === 'link') return { ...will, mode: group.mode };
  const moved = will.owner !== group.owner || will.group !== group.group;
  const before = moved && group.type === 'file' ? afterChown(group.mode) : group.mode;
  return { ...will, mode: mode === undefined ? before : applyMode(mode, before, group.type === 'directory', umask) };
}

/** The kernel takes set-ID bits away; set-group-ID of what its group cannot execute is no such bit. */
function afterChown(mode: string): string {
  const bits = Number.parseInt(mode, 8);
  return (bits & ~0o4000 & ~((bits & 0o010) === 0 ? 0 : 0o2000)).toString(8).padStart(4, '0');
}

export function belowDifferences(path: string, groups: readonly Alike[], wanted: Wanted, umask: number): Difference[] {
  return (['owner', 'group', 'mode'] as const).flatMap((name) => {
    const wrong = groups.filter((group) => becomes(group, wanted, umask)[name] !== group[name]);
    if (wrong.length === 0) return [];
    const count = wrong.reduce((sum, group) => sum + group.count, 0);
    const values = [...new Set(wrong.map((group) => group[name]))].sort();
    return [
      { what: `${name} of ${count} below ${path}`, from: values.join(', '), to: wanted[name] ?? 'without set-ID bits' },
    ];
  });
}

/** Sets what is wanted of all below the folder, without leaving it by a link that somebody puts there meanwhile. */
export function belowStep(path: string, wanted: Wanted, given: string): Step {
  const { owner, group, mode } = wanted;
  const ownership = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  const others = [
    ...(owner === undefined ? [] : [sh`! -user ${owner}`]),
    ...(group === undefined ? [] : [sh`! -group ${group}`]),
  ].join(' -o ');
  const script = [
    'hop "$name" || exit 1',
    // Only what has another owner: chown clears set-ID bits.
    ...(others === ''
      ? []
      : [`find . -mindepth 1 \\( ${others} \\) -execdir ${sh`chown -h -- ${ownership}`} {} + || exit 1`]),
    ...(mode === undefined ? [] : [modes(modeWord(mode))]),
  ].join('\n');
  return { what: 'set owner, group or mode of all in', path, script, ...(given !== path && { via: given }) };
}

/**
 * chmod follows links, and knows a name only. Where other users can write, each file gets a second name in a folder of our
 * own, of which nobody can make a link, and each folder is entered.
 */
function modes(mode: string): string {
  const files =
    'ln -- "$@" /proc/self/fd/4/ && cd -P /proc/self/fd/4 || exit 1; for one do shift; if [ -L "$one" ]; then rm -f -- "$one"; else set -- "$@" "$one"; fi; done; [ $# -gt 0 ] || exit 0; chmod -- "$0" "$@"; status=$?; rm -f -- "$@"; exit $status';
  const folders =
    'status=0; for one do ( cd -P . && from=${PWD%/} && cd -P -- "$one" && [ "$PWD" = "$from/${one#./}" ] && chmod -- "$0" . ) || status=1; done; exit $status';
  return [
    'kept "$PWD" .',
    'if [ $keeper$alone = 0yes ] && [ -z "$(find . -type d \\( ! -user 0 ! -user "$me" -o -perm -2 -o ! -group 0 -perm -20 \\) | head -n 1)" ]; then',
    sh`find . -depth -mindepth 1 ! -type l -exec chmod -- ${mode} {} + || exit 1`,
    'else',
    `own=$(mktemp -d ./.tsplay.XXXXXXXXXX) || exit 1; trap 'rm -rf -- "$own"' EXIT; trap 'exit 98' HUP INT TERM PIPE`,
    'cd -P -- "$own" && [ -O . ] && exec 4<. && cd -P .. && inode=$(stat -c %i /proc/self/fd/4/.) || exit 1',
    sh`find . -mindepth 1 -inum "$inode" -prune -o ! -type d ! -type l -execdir sh -c ${files} ${mode} {} + || exit 1`,
    sh`find . -depth -mindepth 1 -type d ! -inum "$inode" -execdir sh -c ${folders} ${mode} {} + || exit 1`,
    'fi',
  ].join('\n');
}
