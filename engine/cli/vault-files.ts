import { spawn } from 'node:child_process';
import { constants, realpathSync, statSync } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readGiven } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { UsageError } from './problem.ts';
import { writeWhole } from './write-whole.ts';

/** A file, or standard input where its name is `-`. */
export async function readInput(name: string): Promise<Buffer> {
  if (name !== '-') {
    return readGiven(name).catch((error: unknown) => {
      throw new UsageError(`${name} cannot be read: ${problemOf(error)}`);
    });
  }
  if (process.stdin.isTTY) process.stderr.write('Reading from standard input; Ctrl-D ends it.\n');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Puts content in the place of a file: all of it or nothing. An existing file keeps its mode and owner; only its owner
 * can read a new one. Of a symbolic link, the target is replaced.
 */
export function replaceFile(name: string, content: Buffer | string): void {
  const path = statSync(name, { throwIfNoEntry: false }) ? realpathSync(name) : name;
  const before = statSync(path, { throwIfNoEntry: false });
  try {
    writeWhole(path, content, before ? { like: before } : {});
  } catch (error) {
    throw new UsageError(`${name} cannot be written and is unchanged: ${(error as Error).message}`);
  }
}

/** Lets a person edit a text in $VISUAL or $EDITOR. Nothing of it is left on the disk, however the editor ends. */
export async function editText(name: string, content: Buffer): Promise<Buffer> {
  const folder = await mkdtemp(join(await privatePlace(), 'tsplay-vault-'));
  const file = join(folder, basename(name));
  const done = removeAfterUs(folder);
  const leave = (signal: NodeJS.Signals): void => {
    void rm(folder, { recursive: true, force: true }).then(() => process.exit(signal === 'SIGTERM' ? 143 : 129));
  };
  const stay = (): void => undefined; // Ctrl-C is for the editor
  process.on('SIGINT', stay).on('SIGTERM', leave).on('SIGHUP', leave);
  try {
    await writeFile(file, content, { mode: 0o600 });
    await runEditor(file);
    return await readFile(file);
  } finally {
    process.off('SIGINT', stay).off('SIGTERM', leave).off('SIGHUP', leave);
    await rm(folder, { recursive: true, force: true });
    done();
  }
}

/**
 * Removes the folder when this process has ended, even if it was killed: a process of its own waits for the end of a pipe
 * that only we hold. Returns what ends it.
 */
function removeAfterUs(folder: string): () => void {
  const script = 'trap "" HUP INT TERM; cat >/dev/null; rm -rf -- "$1"';
  const remover = spawn('/bin/sh', ['-c', script, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  remover.on('error', () => undefined); // without it, our own removal is left
  remover.unref();
  return () => remover.stdin.end();
}

/** In memory if the system has such a place, so that no disk ever holds the text. */
async function privatePlace(): Promise<string> {
  return access('/dev/shm', constants.W_OK).then(
    () => '/dev/shm',
    () => tmpdir(),
  );
}

/** The variable is a command line, as git and others take it: `code --wait`. */
async function runEditor(file: string): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' });
  const code = await new Promise<number | null>((done, failed) => {
    child.on('close', done);
    child.on('error', failed);
  });
  if (code !== 0)
    throw new UsageError(
      `the editor '${editor}' failed (${code === null ? 'killed' : `exit code ${code}`}): nothing was changed`,
    );
}

/** The files, or standard input if none is named. */
export async function readAll(files: readonly string[]): Promise<[name: string, content: Buffer][]> {
  const read: [string, Buffer][] = [];
  for (const name of files.length === 0 ? ['-'] : files) read.push([name, await readInput(name)]);
  return read;
}

export const shownName = (name: string): string => (name === '-' ? 'standard input' : name);

/** Throws UsageError if --output is given for several files. */
export function onlyOne(files: readonly string[], output: string | undefined): void {
  if (output !== undefined && files.length > 1) throw new UsageError('--output is for one file, not for several');
}

/** Each in its own place, or where --output says. */
export async function writeAll(
  contents: readonly (readonly [name: string, content: Buffer | string])[],
  output: string | undefined,
): Promise<void> {
  for (const [name, content] of contents) {
    const target = output ?? name;
    if (target === '-') await toStdout(content);
    else replaceFile(target, content);
  }
}

export function toStdout(content: Buffer | string): Promise<void> {
  return new Promise((done, failed) => process.stdout.write(content, (error) => (error ? failed(error) : done())));
}
