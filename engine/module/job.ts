import type { Probe } from './probe.ts';
import { sh } from './quote.ts';

/** The state of a command that runs detached on a host. */
export type JobState =
  | { readonly is: 'running' }
  /** `code` is the command's; 124 with `timedOut` if the host killed it at its timeout. */
  | {
      readonly is: 'ended';
      readonly code: number;
      readonly timedOut: boolean;
      readonly stdout: string;
      readonly stderr: string;
    }
  /** It ended without a result: killed, or the host was rebooted. */
  | { readonly is: 'lost'; readonly stdout: string; readonly stderr: string }
  | { readonly is: 'unknown' };

/** The format of a job ID; nothing else may become part of a path. */
export const jobId = '^[0-9]{13}-[0-9a-f]{16}$';

/** Each user has a separate folder; one owned by somebody else is not used: then it is where nobody else can make one. */
const folders = [
  'uid=$(id -u); first=/tmp/tsplay-async-$uid; second=$HOME/.tsplay-async; [ "$uid" != 0 ] || second=/run/tsplay-async',
  'mine() { [ -d "$base" ] && [ ! -L "$base" ] && [ "$(stat -c %u "$base")" = "$uid" ]; }',
].join('\n');

const find = (id: string): string =>
  `${folders}\n${sh`for base in "$first" "$second"; do job="$base/"${id}; mine && [ -d "$job" ] && break; done`}`;

/** Runs in its own session, with the timeout enforced by the host: it ends in time even if no controller asks again. */
const runner = [
  'begun=$(date +%s)',
  // Script and input are removed from the disk before it starts.
  `timeout -k 5 "$2" /bin/sh -c 'text=$(cat "$1/script"); exec <"$1/stdin"; rm -f "$1/script" "$1/stdin"; set --; eval "$text"' sh "$1" >"$1/stdout" 2>"$1/stderr"`,
  'code=$?',
  'if [ $(($(date +%s) - begun)) -ge "$2" ]; then case $code in 124 | 137) code="124 timeout" ;; esac; fi',
  `printf '%s\\n' "$code" >"$1/code.new" && mv "$1/code.new" "$1/code"`,
].join('\n');

/** Script that starts a job: the job's standard input is that of the script. Exit code 0: it is running. */
export function startJob(id: string, script: string, seconds: number): string {
  return [
    folders,
    // Retried because a job that ends may have just removed the folder.
    sh`for base in "$first" "$first" "$first" "$second" "$second"; do job="$base/"${id}`,
    '  [ -d "$base" ] || why=$(LC_ALL=C mkdir -m 0700 "$base" 2>&1)',
    '  mine 2>/dev/null && chmod 0700 "$base" 2>/dev/null && why=$(LC_ALL=C mkdir -m 0700 "$job" 2>&1) && break',
    'done',
    `[ -d "$job" ] || { echo "neither $first nor $second can be used: \${why:-one must be a folder owned by $(id -un)}" >&2; exit 90; }`,
    sh`printf %s ${script} >"$job/script" && cat >"$job/stdin" || { rm -rf "$job"; exit 92; }`,
    'detached=setsid; command -v setsid >/dev/null 2>&1 || detached=nohup',
    sh`$detached /bin/sh -c ${runner} sh "$job" ${seconds} </dev/null >/dev/null 2>&1 &`,
    // The start time identifies the process even if its ID is reused.
    `printf '%s %s\\n' $! "$(cut -d ' ' -f 22 /proc/$!/stat)" >"$job/process"`,
  ].join('\n');
}

/** Reads the state of a job; its output only once it has ended. */
export function jobState(id: string): Probe<JobState> {
  return {
    key: `job:${id}`,
    script: [
      find(id),
      'mine && [ -d "$job" ] || { echo unknown; exit 0; }',
      'alive() { read -r pid begun <"$job/process" && set -- $(cut -d " " -f 3,22 "/proc/$pid/stat") && [ "$1" != Z ] && [ "$2" = "$begun" ]; }',
      'if [ ! -f "$job/code" ] && alive 2>/dev/null; then echo running; exit 0; fi',
      'if [ -f "$job/code" ]; then echo "ended $(cat "$job/code")"; else echo lost; fi',
      'cat "$job/stdout"; cat "$job/stderr" >&2',
    ].join('\n'),
    parse({ stdout, stderr }) {
      const [first = ''] = stdout.split('\n', 1);
      const printed = { stdout: stdout.slice(first.length + 1), stderr };
      const [is, code, why] = first.split(' ');
      if (is === 'ended') return { is, code: Number(code), timedOut: why === 'timeout', ...printed };
      if (is === 'lost') return { is, ...printed };
      return { is: is === 'running' ? 'running' : 'unknown' };
    },
    shared: true,
    volatile: true,
  };
}

/** Script that removes a job's files, and the folder of jobs if it was the last one. */
export function removeJob(id: string): string {
  return [find(id), 'mine && rm -rf -- "$job"; rmdir "$base" 2>/dev/null; :'].join('\n');
}
