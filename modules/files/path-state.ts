import type { Output, ProbeKind } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/**
 * What is at a path (a link is not followed). Only what a change can predict exactly: times and sizes are in `inode`.
 * `owner` and `group` are names, or numbers as text where the host has no name for them.
 */
export type PathState = Absent | Present;
export interface Absent {
  readonly type: 'absent';
}
export interface Present {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** Four octal digits. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** Of a link: the text in it. */
  readonly target?: string;
}

export const absentPath: Absent = { type: 'absent' };

/** What `stat -c` is asked for of a path. */
export const presentFormat = '%a|%U|%u|%G|%g|%F';

/** Names and targets may hold any character but NUL, which ends them here. stat prints one line for each path that it cannot read. */
export const pathStates: ProbeKind = {
  script: (paths) =>
    sh`LC_ALL=C stat --printf='%n\\0'${presentFormat}'\\0' ${paths}; set --; for path in ${paths}; do [ ! -L "$path" ] || set -- "$@" "$path"; done; [ $# -eq 0 ] || readlink -z "$@"`,
  shares(out, paths) {
    const problems = out.stderr.split('\n').slice(0, -1);
    const fields = out.stdout.split('\0').slice(0, -1);
    const present = paths.length - problems.length;
    const targets = fields.splice(2 * Math.max(present, 0));
    if (fields.length !== 2 * present) return undefined;
    const outputs: Output[] = [];
    for (const path of paths) {
      if (fields[0] !== path) {
        outputs.push({ code: 1, stdout: '', stderr: `${problems.shift()}\n` });
        continue;
      }
      const state = fields.splice(0, 2)[1]!;
      const target = state.endsWith('|symbolic link') ? targets.shift() : '';
      if (target === undefined) return undefined;
      outputs.push({ code: 0, stdout: `${state}\n${target}\n`, stderr: '' });
    }
    return fields.length + problems.length + targets.length === 0 ? outputs : undefined;
  },
};

/** Of what `presentFormat` asks for. */
export function parsePresent(line: string): Present {
  const [mode, user, uid, group, gid, kind] = line.split('|') as [string, string, string, string, string, string];
  return {
    type: kind.startsWith('regular')
      ? 'file'
      : kind === 'directory'
        ? 'directory'
        : kind === 'symbolic link'
          ? 'link'
          : 'other',
    mode: mode.padStart(4, '0'),
    owner: user === 'UNKNOWN' ? uid : user,
    group: group === 'UNKNOWN' ? gid : group,
  };
}

export const missingEndings = [': No such file or directory', ': Not a directory'];

export function isMissing(out: Output): boolean {
  return out.code !== 0 && missingEndings.some((ending) => out.stderr.trimEnd().endsWith(ending));
}
