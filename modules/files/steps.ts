import { expectDone, inFolderOf } from '../../engine/module/anchored.ts';
import type { Writer } from '../../engine/module/module.ts';
import { sh } from '../../engine/module/quote.ts';
import { enterOwn, ownFolder } from '../../engine/module/replace-file.ts';
import type { Attributes } from './attributes.ts';
import type { PathState } from './path-state.ts';

/** One change at a path: shell text that runs in its folder, for the name `$name` there. */
export interface Step {
  /** What it does, for the sentence "cannot … PATH". */
  readonly what: string;
  readonly path: string;
  readonly script: string;
  /** The path as it was given, where links lead from it to `path`. */
  readonly via?: string;
}

export async function takeSteps(host: Writer, steps: readonly Step[]): Promise<void> {
  for (const { what, path, script, via } of steps)
    expectDone(what, path, await host.shell(inFolderOf(path, script, via)));
}

/** Owner and mode, only where they are others; after a change of owner the mode as well, since chown clears set-ID bits. */
export function attributeSteps(path: string, present: PathState, will: Attributes, via?: string): Step[] {
  if (present.type === 'absent') return [];
  const owned = present.owner === will.owner && present.group === will.group;
  if (owned && present.mode === will.mode) return [];
  const owner = owned ? '' : `${will.owner}:${will.group}`;
  return [
    {
      what: 'set owner, group or mode of',
      path,
      script: sh`adorn "$name" ${owner} ${modeWord(will.mode)}`,
      ...(via !== undefined && via !== path && { via }),
    },
  ];
}

/** With a fifth digit, without which chmod leaves a folder's set-ID bits. */
export const modeWord = (mode: string): string => (/^\d+$/.test(mode) ? mode.padStart(5, '0') : mode);

/** Something that `make` makes as `new`, in a folder of our own beside the path, and that then gets its name; `keep`: if nothing has it. */
export function placed(what: string, path: string, make: string, keep = false): Step {
  const script = [
    'at=$name',
    ...enterOwn(ownFolder(path)),
    `${make} || exit 1`,
    keep
      ? // Its exit code says nothing of what it left alone, unless a signal has ended it.
        'mv -nT -- new "../$at"; code=$?; [ "$code" -lt 128 ] || exit "$code"; [ ! -e new ] || { echo "something else was made there meanwhile" >&2; exit 1; }'
      : 'mv -fT -- new "../$at" || exit 1',
  ].join('\n');
  return { what, path, script };
}
