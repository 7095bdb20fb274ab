import { createHash, randomBytes } from 'node:crypto';
import { TaskFailure } from '../../module/failure.ts';
import type { FileAttributes, Writer } from '../../module/module.ts';
import { sh } from '../../module/quote.ts';
import { compressed } from './compress.ts';

const unpack = "command -v gzip >/dev/null || exit 89; store='gzip -dc'";

/**
 * Writes a whole file: created beside its target under an unguessable name and readable only by its owner, filled (from
 * compressed content where that pays and the host has gzip), checked for completeness (a lost connection looks like the
 * end of the content), given owner and mode, validated, synced, and only then renamed over the old one. A failure leaves
 * nothing behind; what a host that lost power has left is removed when the same file is written again.
 */
export async function writeFile(
  host: Pick<Writer, 'shell'>,
  path: string,
  content: Buffer | string,
  attributes: FileAttributes,
): Promise<{ backup?: string }> {
  const { owner, group, mode, validate, backup } = attributes;
  if (validate !== undefined && !validate.includes('%s'))
    throw new TaskFailure(`validate must contain %s for the path of the new file: ${validate}`);
  const ownership =
    owner === undefined && group === undefined ? undefined : `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const script = [
    'umask 077',
    sh`target=${path}`,
    `directory=$(dirname -- "$target")`,
    `[ -d "$directory" ] || exit 90`,
    sh`mark=.tsplay.${createHash('sha256').update(path).digest('hex').slice(0, 12)}`,
    sh`name=${randomBytes(8).toString('hex')}`,
    `rm -f -- "$directory/$mark".*`,
    `new=; trap 'rm -f -- "$new"' EXIT; trap 'exit 98' HUP INT TERM PIPE`,
    // Opened once, where nothing was, and used by its descriptor from here on: the folder's owner cannot slip in a link.
    `set -C; command exec 3> "$directory/$mark.$name" || exit 91; set +C`,
    `new="$directory/$mark.$name"; open=/proc/self/fd/3`,
    '$store >&3 || exit 92',
    sh`[ $(wc -c < $open) -eq ${bytes.length} ] || exit 97`,
    // An existing file passes on its owner, group and mode where none are given; chown before chmod, since chown clears set-ID bits.
    `if [ -f "$target" ] && [ ! -L "$target" ]; then chown --reference="$target" $open && chmod --reference="$target" $open || exit 93; else chmod 0644 $open || exit 93; fi`,
    ...(ownership === undefined ? [] : [sh`chown -- ${ownership} $open || exit 93`]),
    ...(mode === undefined ? [] : [sh`chmod -- ${mode} $open || exit 93`]),
    'sync $open 2>/dev/null || sync',
    'exec 3>&-',
    // The command is the playbook author's own shell text; the shell inserts the file's name, which is never spliced in.
    ...(validate === undefined
      ? []
      : [`( ${validate.replaceAll('%s', '"$new"')} ) </dev/null >&2 || { printf %s $?; exit 94; }`]),
    ...(backup === true
      ? [
          `if [ -e "$target" ]; then saved="$target.$(date +%Y-%m-%dT%H:%M:%S)~"; cp -p -- "$target" "$saved" || exit 95; printf %s "$saved"; fi`,
        ]
      : []),
    'mv -fT -- "$new" "$target" 2>/dev/null || { [ ! -d "$target" ] && mv -f -- "$new" "$target"; } || exit 96',
    'trap - EXIT',
  ].join('\n');
  const packed = await compressed(bytes);
  let output = packed && (await host.shell(`${unpack}\n${script}`, { stdin: packed }));
  if (!output || output.code === 89) output = await host.shell(`store=cat\n${script}`, { stdin: bytes });
  if (output.code === 94)
    throw new TaskFailure(describe(94, path, validate), {
      command: validate!,
      output: { code: Number(output.stdout), stdout: '', stderr: output.stderr },
    });
  const said = output.stderr.trim();
  if (output.code !== 0)
    throw new TaskFailure(`${describe(output.code, path, validate)}${said === '' ? '' : `: ${said}`}`);
  return output.stdout === '' ? {} : { backup: output.stdout };
}

function describe(code: number, path: string, validate: string | undefined): string {
  const reasons: Record<number, string> = {
    90: `cannot write ${path}: its folder does not exist`,
    91: `cannot write ${path}: no new file can be created in its folder`,
    92: `cannot write ${path}: the new content could not be stored; the old file stays`,
    93: `cannot set owner, group or mode of ${path}`,
    94: `the new ${path} is not valid (${validate}); the old file stays`,
    95: `cannot make a backup of ${path}; the old file stays`,
    96: `cannot replace ${path}`,
    97: `cannot write ${path}: its new content did not arrive completely; the old file stays`,
  };
  return reasons[code] ?? `cannot write ${path}`;
}
