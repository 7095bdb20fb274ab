import { quote, sh, UnquotableText } from '../../module/quote.ts';
import type { Script } from '../types.ts';

/**
 * What the long-lived shell is started with, and all that `ps` ever shows of it: reads the size of a program on a line, then
 * the program itself by `dd`, and runs it. Shells that read their program from standard input themselves do not
 * work for this: bash and ksh fetch it byte by byte, dash and busybox swallow what belongs to the commands behind it.
 */
const loop = 'while read -r size; do eval "$(dd bs="$size" count=1 iflag=fullblock 2>/dev/null)"; done';

/** The loop, spelt without a dollar sign: a login shell that sudo puts in between (-i) would expand it. */
const start = `eval "\`printf '${loop.replaceAll('$', '\\044').replaceAll('"', '\\042')}'\`"`;

/** The command line that starts the shell; `greeting` is printed first. */
export function shellCommand(greeting?: string): string {
  return sh`/bin/sh -c ${greeting === undefined ? start : `echo ${quote(greeting)}; ${start}`}`;
}

/** Run once before all else. Keeps the user's working directory where the become user can read it. */
const setting = [
  `export LC_ALL=C PATH="\${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"`,
  'unset ENV BASH_ENV CDPATH HISTFILE; umask 022',
  '[ -r . ] && [ -x . ] || cd /',
].join('\n');

/** From the end of the time limit to the kill of what has not ended by then. */
export const killAfterSeconds = 5;

/** A script's time limit, if it has one: 0 is none. */
export function limitOf(script: Script | undefined): number | undefined {
  return script?.timeoutSeconds || undefined;
}

const large = 256 * 1024;

/** What is written for several scripts, in this order. The first program of a shell is preceded by its setting, frame 0. */
export function programFor(scripts: readonly Script[], mark: string, firstSequence: number): readonly Buffer[] {
  const text: string[] = firstSequence === 0 ? [setting, frameEnd(mark, 0)] : [];
  const first = Math.max(firstSequence, 1);
  scripts.forEach((script, i) => text.push(command(script), frameEnd(mark, first + i)));
  const program = Buffer.from(text.join('\n'));
  const pieces = [Buffer.from(`${program.length}\n`), program, ...scripts.flatMap(({ stdin }) => stdin ?? [])];
  // What is large is not copied: it may be the same for many hosts.
  return pieces.some(({ length }) => length >= large) ? pieces : [Buffer.concat(pieces)];
}

/** Prints the mark on both streams. The exit code passes through $1, and no variable is left for the next script to see. */
function frameEnd(mark: string, sequence: number): string {
  return `set -- $?; printf '${mark} ${sequence} %d\\n' $1; printf '${mark} ${sequence} %d\\n' $1 >&2; set --`;
}

function command(script: Script): string {
  const { text, stdin } = script;
  const limit = limitOf(script);
  if (text.includes('\0')) throw new UnquotableText(text);
  const input = stdin === undefined ? '</dev/null' : '';
  const run = limit === undefined ? `( eval ${quote(text)} ) ${input}` : timed(text, limit, input);
  if (stdin === undefined) return run;
  // What the script leaves unread must be discarded: behind it in the stream comes the next program.
  return `{ ${take(stdin.length)}; } | ( ${run}; set -- $?; cat >/dev/null; exit $1 )`;
}

/**
 * `timeout` leads its own process group and ends all of it. The text reaches the inner shell through a pipe of a
 * built-in `printf`, so it is in no argument list and in no file, while standard input remains the script's (by way
 * of 4). The redirections are those of the subshell: dash loses track of 4 where a brace group around it has its own.
 */
function timed(text: string, seconds: number, input: string): string {
  const inner = quote('eval "$(cat <&3)" 3<&-');
  const gnu = `exec timeout -k ${killAfterSeconds} ${seconds} /bin/sh -c ${inner}`;
  const busybox = `exec timeout -k ${killAfterSeconds + 1} ${seconds} setsid /bin/sh -c ${quote(endsItsGroup)}`;
  const run = `if timeout --version >/dev/null 2>&1; then ${gnu}; else ${busybox}; fi`;
  return `( printf %s ${quote(text)} | ( ${run} ) 3<&0 <&4 4<&- ) ${input} 4<&0`;
}

/**
 * For the `timeout` of busybox, which signals only the one process that it starts and has no exit code for it: a session
 * leader that runs the script in the background, so that the signal reaches its trap at once, and ends the whole group.
 */
const endsItsGroup = [
  'exec 5<&0; ( eval "$(cat <&3)" 3<&- ) <&5 5<&- & child=$!; exec 3<&- 5<&- 2>/dev/null',
  `trap 'trap "" TERM; kill -TERM 0; ( sleep ${killAfterSeconds}; kill -KILL 0 ) >/dev/null </dev/null & wait $child; exit 124' TERM`,
  'wait $child',
].join('\n');

/** Hands on exactly so many bytes of the stream, whatever the size of the pieces in which they come. */
function take(bytes: number): string {
  const block = 65_536;
  const whole = Math.floor(bytes / block);
  const parts = [
    ...(whole > 0 ? [`dd bs=${block} count=${whole} iflag=fullblock 2>/dev/null`] : []),
    ...(bytes % block > 0 ? [`dd bs=${bytes % block} count=1 iflag=fullblock 2>/dev/null`] : []),
  ];
  return parts.join('; ') || ':';
}
