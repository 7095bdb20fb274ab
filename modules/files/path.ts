import { basename, dirname } from 'node:path/posix';
import { readable } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';
import { absentPath, isMissing, type PathState, parsePresent, pathStates, presentFormat } from './path-state.ts';

export function pathState(path: string): Probe<PathState> {
  return {
    key: `path:${path}`,
    script: sh`LC_ALL=C stat -c ${presentFormat} ${path} && if [ -L ${path} ]; then readlink ${path}; fi`,
    parse(out) {
      if (isMissing(out)) return absentPath;
      const [line, ...rest] = readable(path, out).stdout.split('\n');
      const present = parsePresent(line!);
      return present.type === 'link' ? { ...present, target: rest.join('\n').replace(/\n$/, '') } : present;
    },
    describe: describePath,
    appearsWith: withPackages<PathState>({
      absent: (state) => state.type === 'absent',
      appearing(forecast) {
        const coming = forecast.path(path);
        return coming === null ? absentPath : coming;
      },
      files: [path],
    }),
    ...(path.startsWith('/') && { together: { kind: pathStates, subject: path } }),
  };
}

function describePath(state: PathState): string {
  if (state.type === 'absent') return 'nothing';
  const { type, owner, group, mode, target } = state;
  return `${type === 'link' ? `link to ${target}` : type} of ${owner}:${group}, mode ${mode}`;
}

/** The path without any link in it; null where a folder on the way is missing, or links lead in a circle. */
export function realPath(path: string): Probe<string | null> {
  return {
    key: `realpath:${path}`,
    // readlink alone never ends where a link leads to something below itself: the kernel is asked first.
    script: sh`case $(LC_ALL=C stat -L -c %F ${path} 2>&1) in *': Too many levels of symbolic links') exit 1 ;; esac; readlink -f ${path}`,
    parse: (out) => (out.code === 0 ? out.stdout.replace(/\n$/, '') : null),
    describe: (real) => real ?? 'no such path',
    appearsWith: withPackages({
      absent: (real) => real === null,
      appearing: (forecast) => {
        const folder = forecast.path(dirname(path));
        return folder === null
          ? null
          : folder?.type === 'directory' && forecast.path(path)?.type !== 'link'
            ? path
            : undefined;
      },
      files: [path],
    }),
  };
}

/** What no change can predict about a path (a link is not followed). */
export interface Inode {
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly inode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

export function inode(path: string): Probe<Inode | null> {
  const format = '%u %g %s %i %Y';
  return {
    key: `inode:${path}`,
    volatile: true, // any change in a folder changes it; what matters about a file has separate probes
    script: sh`LC_ALL=C stat -c ${format} ${path}`,
    parse(out) {
      if (isMissing(out)) return null;
      const [uid, gid, size, number, mtime] = readable(path, out).stdout.trim().split(' ').map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ];
      return { uid, gid, size, inode: number, mtime };
    },
    appearsWith: withPackages<Inode | null>({
      absent: (found) => found === null,
      appearing: (forecast) => (forecast.path(path) === null ? null : undefined),
      files: [path],
    }),
  };
}

/** Whether a file is mounted at this path: no rename can replace it. */
export function mountPoint(path: string): Probe<boolean> {
  const escaped = basename(path).replaceAll(/[\s\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return {
    key: `mount-point:${path}`,
    // stat's %m does not know of files of the same file system that are mounted elsewhere.
    script: sh`real=$(readlink -f -- ${path}) && while read -r _ _ _ _ at _; do case $at in *${`/${escaped}`}) [ "$(printf %b "$at")" = "$real" ] && exit 0 ;; esac; done </proc/self/mountinfo; exit 1`,
    parse: (out) => out.code === 0,
  };
}

/** Whether two paths are one file: hard links, or one of them a symbolic link to the other. */
export function sameFile(one: string, other: string): Probe<boolean> {
  return {
    key: `same-file:${one}\0${other}`,
    script: sh`[ ${one} -ef ${other} ]`,
    parse: (out) => out.code === 0,
  };
}
