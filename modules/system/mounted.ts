import type { Output, Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

/** What is mounted at a folder now: of several mounts at one place the last, which covers the others. */
export interface Mounted {
  readonly source: string;
  readonly fstype: string;
  /** How many mounts lie on each other here. */
  readonly layers: number;
}

/** What a task wants to be mounted. */
export interface WantedMount {
  readonly path: string;
  readonly src: string;
  readonly fstype: string;
  readonly opts: string;
}

/** Prints `DEVICE ROOT OPTIONS FSTYPE SOURCE SUPEROPTIONS` of each mount at the path; autofs only waits for one. */
function lines(path: string): string {
  return [
    sh`at=${inKernel(path)}; real=$(readlink -f -- ${path} 2>/dev/null)`,
    sh`case $real in '' | ${path}) ;; *) at=$(printf %s "$real" | sed 's/\\\\/\\\\134/g; s/ /\\\\040/g; s/\t/\\\\011/g') ;; esac`,
    'while read -r _ _ device root point options rest; do',
    '  [ "$point" = "$at" ] || continue',
    '  rest=${rest#*- }; case $rest in "autofs "*) continue ;; esac',
    '  line="$device $root $options $rest"; printf \'%s\\n\' "$line"',
    'done </proc/self/mountinfo',
  ].join('\n');
}

interface Line {
  readonly root: string;
  readonly options: readonly string[];
  readonly fstype: string;
  readonly source: string;
}

function top(text: string): Line | undefined {
  const last = text.trim().split('\n').at(-1)!;
  if (last === '') return undefined;
  const [, root = '', options = '', fstype = '', source = '', more = ''] = last.split(' ');
  return { root: plain(root), options: `${options},${more}`.split(','), fstype, source: plain(source) };
}

export function mountedAt(path: string): Probe<Mounted | null> {
  return {
    key: `mount:${path}`,
    script: `${lines(path)}; :`,
    parse(out) {
      const line = top(out.stdout);
      if (!line) return null;
      return { source: line.source, fstype: line.fstype, layers: out.stdout.trim().split('\n').length };
    },
    describe: (mounted) => (mounted ? `${mounted.source} (${mounted.fstype})` : 'nothing mounted'),
  };
}

/** The options of the mount and of its file system, in the kernel's words. */
export function mountOptions(path: string): Probe<readonly string[]> {
  return {
    key: `mount-options:${path}`,
    script: `${lines(path)}; :`,
    parse: (out) => top(out.stdout)?.options ?? [],
  };
}

/** Whether what is mounted there is what a line of fstab names, which may do so by a label, a link, a folder or an image. */
export function isMounted({ path, src, fstype, opts }: WantedMount): Probe<boolean> {
  const bind = isBind(fstype, opts);
  return {
    key: `mount-is:${path}:${fstype}:${opts}:${src}`,
    script: `${lines(path)}\necho; ${bind ? sameFile(path, src) : sameDevice(src)}; :`,
    parse(out) {
      const [mounts = '', verdict = ''] = parts(out);
      const line = top(mounts);
      if (!line) return false;
      if (bind) return verdict === 'same';
      if (!sameType(fstype, line.fstype)) return false;
      const [, subvolume] = /(?:^|,)subvol=\/?([^,]*)/.exec(opts) ?? [];
      if (subvolume !== undefined && line.root !== `/${subvolume}`) return false;
      if (line.fstype !== 'btrfs' && verdict === 'same' && line.root !== '/') return false;
      return (
        verdict === 'same' ||
        labelled.has(line.fstype) ||
        line.source.replace(/(?<=.)\/$/, '') === src.replace(/(?<=.)\/$/, '')
      );
    },
  };
}

const parts = ({ stdout }: Output): readonly string[] => {
  const [mounts, verdict = ''] = `\n${stdout}`.split(/\n\n/);
  return [mounts!, verdict.trim()];
};

export const isBind = (fstype: string, opts: string): boolean => fstype === 'none' || /(?:^|,)r?bind(?:,|$)/.test(opts);

function sameFile(path: string, src: string): string {
  return sh`[ "$(stat -Lc %d:%i -- ${src} 2>&1)" != "$(stat -Lc %d:%i -- ${path})" ] || echo same`;
}

/** Compares device numbers: a device has many names. `device` and `line` are those of the last mount. */
function sameDevice(src: string): string {
  if (!/^(?:\/|[A-Z]+=)/.test(src)) return ':';
  return [
    src.startsWith('/') ? sh`want=${src}` : sh`want=$(findfs ${src} 2>/dev/null)`,
    src.startsWith('/') ? ':' : 'command -v findfs >/dev/null || echo same', // then fstab's word has to do
    'set -f; set -- $line; device=${1:-0:0}; source=${5:-}',
    'if [ -f "$want" ]; then',
    '  [ "$(cat "/sys/dev/block/$device/loop/backing_file" 2>/dev/null)" != "$(readlink -f -- "$want")" ] || echo same',
    'elif [ -b "$want" ]; then',
    '  case $(stat -Lc %t:%T -- "$want") in',
    '  "$(printf %x:%x "${device%:*}" "${device#*:}")" | "$(stat -Lc %t:%T -- "$source" 2>/dev/null)") echo same ;;',
    '  esac',
    'fi',
  ].join('\n');
}

/** Their source is only a label. */
const labelled = new Set(
  'tmpfs ramfs proc sysfs devtmpfs devpts mqueue hugetlbfs debugfs tracefs securityfs configfs pstore bpf efivarfs binfmt_misc cgroup cgroup2 fusectl'.split(
    ' ',
  ),
);

/** The kernel names some types in another way than fstab. */
function sameType(wanted: string, live: string): boolean {
  if (wanted === live || wanted === 'auto') return true;
  const names = [wanted, live].map((name) => name.replace(/^fuse\./, '').replace(/^nfs4$/, 'nfs'));
  return names[0] === names[1] || (/^(?:ntfs|fuse)/.test(wanted) && /^(?:fuse|ntfs)/.test(live));
}

const flags: Readonly<Record<string, string>> = {
  rw: 'ro',
  suid: 'nosuid',
  dev: 'nodev',
  exec: 'noexec',
  atime: 'noatime',
};
/** No such file system is ever writable. */
const readOnly = /^(?:iso9660|squashfs|erofs|cramfs|romfs|udf)$/;

/** The options that are asked for and not in force. Only those which every kernel reports in the same words are compared. */
export function lackingOptions(opts: string, fstype: string, live: readonly string[]): readonly string[] {
  const wanted = new Map<string, string>(readOnly.test(fstype) ? [] : [['ro', 'rw']]);
  for (const option of opts.split(',')) {
    if (option in flags) wanted.set(flags[option]!, option);
    else if (Object.values(flags).includes(option)) wanted.set(option, option);
    else if (fstype === 'tmpfs' && /^size=\d+[kmg]?$/i.test(option)) wanted.set('size', option);
  }
  return [...wanted].flatMap(([flag, option]) => {
    if (flag !== 'size') return live.includes(flag) === (option === flag) ? [] : [option];
    const now = live.find((one) => one.startsWith('size='));
    return now === undefined || kilobytes(now) === kilobytes(option) ? [] : [option];
  });
}

function kilobytes(size: string): number {
  const [, digits = '', unit = ''] = /^size=(\d+)([kmg]?)$/i.exec(size) ?? [];
  const bytes = Number(digits) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' ');
  return Math.ceil(bytes / 4096) * 4; // whole pages
}

/** Whether the host can mount this type: its kernel knows it, has a module for it, or a helper of that name. */
export function canMount(fstype: string): Probe<boolean> {
  return {
    key: `filesystem:${fstype}`,
    script: sh`while read -r name more; do case "$name $more" in ${fstype}' '|*' '${fstype}) echo yes; exit ;; esac; done </proc/filesystems; for at in /sbin /usr/sbin; do [ ! -e "$at"/mount.${fstype} ] || { echo yes; exit; }; done; ! modprobe -n -q -- fs-${fstype} && ! modprobe -n -q -- ${fstype} || echo yes`,
    parse: (out) => out.stdout.trim() === 'yes',
    appearsWith: withPackages<boolean>({ absent: (can) => !can, appearing: () => undefined }),
  };
}

/** As the kernel writes a path in /proc. */
function inKernel(text: string): string {
  return text.replace(/[ \t\n\\]/g, octal);
}

/** As fstab wants a field. */
export function escaped(text: string): string {
  return text.replace(/[ \t\n\r\v\f\\#]/g, octal);
}

const octal = (c: string): string => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`;

export function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
