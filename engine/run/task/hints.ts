import type { TaskFailure } from '../../module/failure.ts';

/** What to do about causes that any program may name, in the words of the C library or its own. */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /No space left on device/,
    'the disk or its inodes are used up: df -h and df -i on the host show where; free some, then run again',
  ],
  [/Disk quota exceeded/, 'the quota of this user is used up: free some space or raise it, then run again'],
  [
    /Read-only file system/,
    'it is mounted read-only, or became so after an error: see findmnt and dmesg on the host, then run again',
  ],
  [/Cannot allocate memory|Out of memory/, 'the host has no memory left: see free -m and dmesg, then run again'],
  [/Too many open files/, 'a limit of open files is reached on the host: see ulimit -n and /proc/sys/fs/file-nr'],
  [/Input\/output error/, 'a disk of the host may be failing: see dmesg there'],
  [
    /Too many levels of symbolic links/,
    'links lead in a circle there: namei -l on the host, with the path, shows which',
  ],
  [/File name too long/, 'a name in a path has at most 255 bytes'],
  [/^cannot read .*Permission denied/, 'the user of the task is not allowed to: become: true makes it root'],
  // dash says no more about a write that failed.
  [/: I\/O error$/m, 'the disk may be full or failing: see df -h, df -i and dmesg on the host'],
  [/curl: \(23\)/, 'the download could not be stored: is the disk full? see df -h on the host'],
  [/something else was made there meanwhile/, 'run again: what is there now is looked at first'],
  // What useradd and its kin say when they cannot make their lock files.
  [
    /cannot lock \/etc\/\w+; try again later/,
    'another program is changing accounts, or the disk is full: see df -h /etc on the host, then run again',
  ],
];

/** A failure's own hint, or one for the cause that it or the command's output names. */
export function hintFor({ hint, message, output }: TaskFailure): string | undefined {
  if (hint !== undefined) return hint;
  const text = [message, output?.stderr ?? ''].join('\n');
  const known = causes.find(([cause]) => cause.test(text))?.[1];
  return known ?? (isSignal(output?.code) ? bySignal : undefined);
}

/** The exit codes with which a shell tells that a signal has ended a command. */
function isSignal(code = 0): boolean {
  return code > 128 && code <= 128 + 31;
}

const bySignal =
  'a signal ended it: the host may be shutting down, or out of memory; see journalctl there, then run again';

export const runAgain = 'once it can be reached, run again: what is done stays done';
