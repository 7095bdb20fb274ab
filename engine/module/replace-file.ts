import { createHash, randomBytes } from 'node:crypto';
import { astray, inFolderOf } from './anchored.ts';
import { TaskFailure } from './failure.ts';
import type { FileAttributes } from './module.ts';
import type { Output } from './probe.ts';
import { quote, sh } from './quote.ts';

/**
 * A script that puts a new file in the place of an old one. It is made in a folder of its own beside it, which nobody else
 * can enter: only when it has its content (`fill` stores it as `$new`), its owner and its mode does it get its name, by a
 * rename that no link can lead elsewhere. A failure leaves nothing behind; what a host that lost power has left is removed
 * when the same file is written again.
 */
export function replaceScript(path: string, attributes: FileAttributes, fill: readonly string[]): string {
  const { owner, group, mode, validate, backup, replaces, via, unsafe_writes: unsafe } = attributes;
  const own = ownFolder(path);
  const ownership = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  const keepsOld = backup === true || replaces !== undefined;
  const script = [
    ...enterOwn(own),
    'new=./new',
    ...fill,
    ...settled(ownership, mode),
    'sync $new 2>/dev/null || sync',
    // The command is the playbook author's own shell text.
    ...(validate === undefined
      ? []
      : [
          `( cd "$start"; ${withPath(validate, `${folderOf(path)}${own}/new`)} ) </dev/null >&2 || { printf %s $?; exit 94; }`,
        ]),
    ...(keepsOld ? ['if [ -e "../$name" ] || [ -L "../$name" ]; then cp -pPR -- "../$name" old || exit 95; fi'] : []),
    ...(replaces === undefined ? [] : [unchanged(replaces)]),
    ...(backup === true
      ? [
          `if [ -e old ] || [ -L old ]; then saved="$name.$(date +%Y-%m-%dT%H:%M:%S)~"; mv -nT -- old "../$saved" && [ ! -e old ] && [ ! -L old ] || { saved="\${saved%?}.${own.slice(-8)}~"; mv -nT -- old "../$saved"; } || exit 95; fi`,
        ]
      : []),
    `LC_ALL=C mv -fT -- new "../$name" 2>error || {`,
    ...(unsafe === true
      ? [
          `dd if=new of="../$name" oflag=nofollow,nonblock conv=fsync status=none && ( own=$(stat -c %u:%g new) bits=$(stat -c %a new); cd -P .. && adorn "$name" "$own" "0$bits" ) || exit 96`,
        ]
      : [`case $(cat error) in *busy) exit 85 ;; esac; cat error >&2; exit 96`]),
    '}',
    `[ -z "\${saved+x}" ] || printf %s "\${PWD%/*}/$saved"`,
  ].join('\n');
  return `umask 077; start=$PWD\n${inFolderOf(path, script, via)}`;
}

/** The name of a folder for what is being made for a path. */
export function ownFolder(path: string): string {
  const mark = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return `.tsplay.${mark}.${randomBytes(8).toString('hex')}`;
}

/** Makes it, enters it and removes it at the end, and first what an earlier one for the same path has left. */
export function enterOwn(own: string): string[] {
  return [
    `rm -rf -- ./${own.replace(/[^.]*$/, '*')}`,
    `trap 'rm -rf -- ./${own}' EXIT; trap 'exit 98' HUP INT TERM PIPE`,
    `mkdir -m 0700 ./${own} && cd -P ./${own} && [ -O . ] && exec 4<. || exit 91`,
    `trap 'cd -P /proc/self/fd/4/.. && rm -rf -- ./${own}' EXIT`,
  ];
}

const folderOf = (path: string): string => path.replace(/[^/]*$/, '');

/**
 * Owner before mode, since chown clears set-ID bits. Where one is not given, an existing file passes on its own; its
 * set-ID bits not to another owner. A new file gets 0644.
 */
function settled(ownership: string, mode: string | undefined): string[] {
  const given = ownership === '' ? [] : [sh`chown -- ${ownership} new || exit 93`];
  if (mode !== undefined && /^[^:]+:[^:]+$/.test(ownership)) return [...given, sh`chmod -- ${mode} new || exit 93`];
  return [
    `was=$(LC_ALL=C stat -c '%u:%g %a %F' -- "../$name" 2>/dev/null); bits=644`,
    `case $was in *' regular'*) was=\${was%% regular*}; chown -- "\${was% *}" new || exit 93; bits=\${was#* } ;; esac`,
    ...given,
    mode === undefined
      ? `case $bits in ????) [ "$(stat -c %u:%g new)" = "\${was% *}" ] || bits=\${bits#?} ;; esac; chmod "0$bits" new || exit 93`
      : sh`chmod -- ${mode} new || exit 93`,
  ];
}

/** Content made from an old one must not replace another: what was read may have been something else than the file. */
function unchanged(replaces: string | null): string {
  return replaces === null
    ? '[ ! -e old ] && [ ! -L old ] || exit 86'
    : sh`[ -f old ] && [ ! -L old ] && [ "$(sha256sum <old | cut -c 1-64)" = ${replaces} ] || exit 86`;
}

/** Puts the path in, in whatever quotes the author has written around it. */
function withPath(command: string, path: string): string {
  const plain = quote(path) === path;
  let open = '';
  return command.replaceAll(/\\[\\'"]|['"]|%s/g, (token) => {
    if (token === '%s') {
      if (plain) return path;
      if (open === "'") return path.replaceAll("'", `'\\''`);
      return open === '"' ? path.replaceAll(/[\\"$`]/g, '\\$&') : quote(path);
    }
    const mark = open === "'" ? token.at(-1)! : token; // between single quotes a backslash is nothing but itself
    if (mark === open) open = '';
    else if (open === '' && mark.length === 1) open = mark;
    return token;
  });
}

/** The failure that such a script ended with. */
export function replaceFailure(path: string, output: Output, validate?: string): TaskFailure {
  const said = output.stderr.trim();
  const more = said === '' ? '' : `: ${said}`;
  if (output.code === 85) return isMountPoint(path);
  if (output.code === 86)
    return new TaskFailure(`${path} was changed by something else meanwhile; it is as that left it`, {
      hint: 'run again',
    });
  if (output.code === 94)
    return new TaskFailure(`the new ${path} is not valid (${validate}); the old file stays`, {
      command: validate!,
      output: { code: Number(output.stdout), stdout: '', stderr: output.stderr },
    });
  return astray(path, output) ?? new TaskFailure(`${reasons[output.code]?.(path) ?? `cannot write ${path}`}${more}`);
}

export function isMountPoint(path: string): TaskFailure {
  return new TaskFailure(`cannot replace ${path}: it is a mount point`, {
    hint: 'set unsafe_writes: true to write into the file that is mounted there; a reader may then see half of it',
  });
}

const reasons: Readonly<Record<number, (path: string) => string>> = {
  90: (path) => `cannot write ${path}: its folder does not exist`,
  91: (path) => `cannot write ${path}: no new file can be created in its folder`,
  92: (path) => `cannot write ${path}: the new content could not be stored; the old file stays`,
  93: (path) => `cannot set owner, group or mode of ${path}`,
  95: (path) => `cannot make a backup of ${path}; the old file stays`,
  96: (path) => `cannot replace ${path}`,
  97: (path) => `cannot write ${path}: its new content did not arrive completely; the old file stays`,
};
