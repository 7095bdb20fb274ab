import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path/posix';
import { TaskFailure } from '../../engine/module/failure.ts';
import type { Output, Probe } from '../../engine/module/probe.ts';
import { quote, sh } from '../../engine/module/quote.ts';
import { comingAt, makesAccounts, withPackages } from '../packages/foresee.ts';
import { type AptForecast, merged } from '../packages/apt-forecast.ts';
import { pathStates, presentFormat } from './path-states.ts';

/**
 * What stands at a path (a link is not followed). Only what a change can predict exactly: times and sizes are in `inode`.
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
    tell: tellPath,
    appearsWith: withPackages<PathState>({
      absent: (state) => state.type === 'absent',
      appearing(forecast) {
        const coming = comingAt(path, forecast);
        return coming === null ? absentPath : coming;
      },
      files: [path],
    }),
    ...(path.startsWith('/') && { together: { kind: pathStates, subject: path } }),
  };
}

function tellPath(state: PathState): string {
  if (state.type === 'absent') return 'nothing';
  const { type, owner, group, mode, target } = state;
  return `${type === 'link' ? `link to ${target}` : type} of ${owner}:${group}, mode ${mode}`;
}

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

/** The path without any link in it; null where a folder on the way is missing, or links lead in a circle. */
export function realPath(path: string): Probe<string | null> {
  return {
    key: `realpath:${path}`,
    // readlink alone never ends where a link leads to something below itself: the kernel is asked first.
    script: sh`case $(LC_ALL=C stat -L -c %F ${path} 2>&1) in *': Too many levels of symbolic links') exit 1 ;; esac; readlink -f ${path}`,
    parse: (out) => (out.code === 0 ? out.stdout.replace(/\n$/, '') : null),
    tell: (real) => real ?? 'no such path',
    appearsWith: withPackages({
      absent: (real) => real === null,
      appearing: (forecast) => {
        const folder = comingAt(dirname(path), forecast);
        return folder === null
          ? null
          : folder?.type === 'directory' && comingAt(path, forecast)?.type !== 'link'
            ? path
            : undefined;
      },
      files: [path],
    }),
  };
}

/** The regular file at a path (links are followed); `exists` is false where there is none, a folder for instance. */
export interface FileText {
  readonly exists: boolean;
  /** The whole text; of bytes that are not UTF-8 their base64; nothing when too large. */
  readonly content: string;
  readonly encoding: 'utf8' | 'base64' | 'too-large';
}

/** A larger file is not carried over as text. */
export const largestText = 4 * 1024 * 1024;

export const noFile: FileText = { exists: false, content: '', encoding: 'utf8' };

export function fileText(path: string): Probe<FileText> {
  return {
    key: `file:${path}`,
    script: ifFile(
      path,
      sh`size=$(wc -c <${path}) || exit 1; if [ "$size" -gt ${largestText} ]; then echo large; else echo file; base64 <${path}; fi`,
    ),
    parse(out) {
      const [kind, ...lines] = readable(path, out).stdout.split('\n');
      if (kind === 'large') return { exists: true, content: '', encoding: 'too-large' };
      return kind === 'file' ? fileTextOf(Buffer.from(lines.join(''), 'base64')) : noFile;
    },
    tell: tellText,
    appearsWith: withPackages<FileText>({
      absent: (file) => !file.exists,
      appearing: (forecast) => fromBytes(path, forecast, noFile, fileTextOf),
      files: [path],
    }),
  };
}

function tellText({ exists, content, encoding }: FileText): string {
  if (!exists) return 'no file';
  if (encoding === 'too-large') return 'a large file';
  return `a file of ${Buffer.byteLength(content, encoding)} bytes`;
}

/** What `fileText` reads from a file with these bytes. */
export function fileTextOf(content: Buffer): FileText {
  if (content.length > largestText) return { exists: true, content: '', encoding: 'too-large' };
  const encoding = isUtf8(content) ? 'utf8' : 'base64';
  return { exists: true, content: content.toString(encoding), encoding };
}

/** SHA-256 of the regular file at a path (links are followed), in hex; null where there is none. */
export function fileDigest(path: string): Probe<string | null> {
  return {
    key: `digest:${path}`,
    script: ifFile(path, sh`sha256sum <${path}`),
    parse: (out) => /^[0-9a-f]{64}/.exec(readable(path, out).stdout)?.[0] ?? null,
    tell: (digest) => (digest === null ? 'no file' : 'a file'),
    appearsWith: withPackages<string | null>({
      absent: (digest) => digest === null,
      appearing: (forecast) => fromBytes(path, forecast, null, digestOf),
      files: [path],
    }),
  };
}

export function digestOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
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
    volatile: true, // of a folder: whatever is done in it; what matters of a file has probes of its own
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
      appearing: (forecast) => (comingAt(path, forecast) === null ? null : undefined),
      files: [path],
    }),
  };
}

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
      appearing: (forecast) => (makesAccounts(forecast) ? undefined : null),
    }),
  };
}

function fromBytes<T>(path: string, forecast: AptForecast, none: T, read: (content: Buffer) => T): T | undefined {
  const coming = comingAt(path, forecast);
  if (coming === null || coming?.type === 'directory') return none;
  const content = forecast.texts.get(merged(path));
  return coming?.type === 'file' && content ? read(content) : undefined;
}

/** Runs `script` where a regular file is; says `none` where there is none; fails where that cannot be seen. */
function ifFile(path: string, script: string): string {
  const missing = missingEndings.map((ending) => `*${quote(ending)}`).join('|');
  return `${sh`if [ -f ${path} ]; then `}${script}; elif seen=$(${sh`LC_ALL=C stat -L -c %F ${path}`} 2>&1); then echo none; else case $seen in ${missing}) echo none ;; *) printf '%s\\n' "$seen" >&2; exit 1 ;; esac; fi`;
}

const missingEndings = [': No such file or directory', ': Not a directory'];

function isMissing(out: Output): boolean {
  return out.code !== 0 && missingEndings.some((ending) => out.stderr.trimEnd().endsWith(ending));
}

function readable(path: string, out: Output): Output {
  if (out.code === 0) return out;
  throw new TaskFailure(`cannot look at ${path}: ${out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`}`, {
    output: out,
  });
}
