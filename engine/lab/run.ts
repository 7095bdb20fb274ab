import { spawn } from 'node:child_process';

/** Something the lab could not do: what, why, and how to fix it. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** What the user can do about a failure. */
  readonly hint?: string;
  /** Exit codes other than 0 that are not failures. */
  readonly accept?: readonly number[] | 'all';
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command and waits for it. `what` completes the error's sentence "could not …". */
export function run(what: string, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.signal && { signal: options.signal }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {}); // a command may end without reading its input
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => reject(failure(what, argv, error.message, options.hint)));
    child.on('close', (code, killed) => {
      const ran = { code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
      if (ran.code === 0 || accepted(ran.code, options.accept)) resolve(ran);
      else
        reject(
          failure(what, argv, `${killed ?? `exit code ${ran.code}`}\n${tail(ran.stderr || ran.stdout)}`, options.hint),
        );
    });
  });
}

const accepted = (code: number, accept: RunOptions['accept'] = []): boolean =>
  accept === 'all' || accept.includes(code);

function failure(what: string, argv: readonly string[], why: string, hint = ''): LabError {
  const lines = [`could not ${what}: ${why.trimEnd()}`, `command: ${argv.join(' ')}`, hint && `next: ${hint}`];
  return new LabError(lines.filter(Boolean).join('\n'));
}

function tail(text: string, lines = 30): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** An error's system code, such as ENOENT. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
