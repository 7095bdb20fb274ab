import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../run.ts';

export interface Command {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Takes each line of stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs one command (never through a shell) and gives its stdout. */
export type Run = (argv: readonly string[], command?: Command) => Promise<string>;

const baseEnvironment = {
  LANG: 'C',
  HOME: '/root',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  DEBIAN_FRONTEND: 'noninteractive',
};

/**
 * A mount and a process namespace for each command: whatever it mounts is gone and whatever it started has ended when
 * it ends, also when it fails, is aborted, or this very process is killed (the parent-death signal sees to that).
 */
const contained = (argv: readonly string[], { folder }: Command): string[] => [
  ...'setpriv --pdeathsig KILL -- unshare --mount --pid --fork --kill-child --mount-proc'.split(' '),
  ...(folder === undefined ? [] : [`--wd=${folder}`]),
  '--',
  ...argv,
];

const tail = (text: string): string => text.trimEnd().split('\n').slice(-12).join('\n');

/** Starts a new log file that all output goes to; a failure shows its last lines. */
export function createRun(logFile: string, signal?: AbortSignal): Run {
  mkdirSync(dirname(logFile), { recursive: true });
  writeFileSync(logFile, '');
  return (argv, command = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const log = createWriteStream(logFile, { flags: 'a' });
      log.write(`\n$ ${argv.join(' ')}\n`);
      const [program = '', ...args] = contained(argv, command);
      const child = spawn(program, args, {
        env: { ...baseEnvironment, ...command.environment },
        killSignal: 'SIGKILL',
        ...(signal && { signal }),
      });
      const stdout: Buffer[] = [];
      let recent = '';
      child.stdout.on('data', (data: Buffer) => stdout.push(data));
      let line = '';
      child.stderr.on('data', (data: Buffer) => {
        log.write(data);
        recent = (recent + data.toString()).slice(-8000);
        const lines = (line + data.toString()).split('\n');
        line = lines.pop() ?? '';
        for (const complete of lines) command.onLine?.(complete);
      });
      child.stdin.on('error', () => {}); // a command that ends before it has read its input says so by its exit code
      child.stdin.end(command.stdin ?? '');
      // An abort is reported when everything has really ended, so that nobody still writes into a folder being removed.
      let failure: Error | undefined;
      child.on('error', (error) => {
        failure = error;
      });
      child.on('close', (code, killer) => {
        log.end();
        const output = Buffer.concat(stdout).toString();
        if (failure) reject(failure);
        else if (code === 0) resolve(output);
        else {
          const how = code === null ? `was ended by ${killer}` : `failed with exit code ${code}`;
          const last = tail(recent || output);
          reject(new LabError(`${argv.slice(0, 6).join(' ')} ${how}; the end of ${logFile}:\n${last}`));
        }
      });
    });
}
