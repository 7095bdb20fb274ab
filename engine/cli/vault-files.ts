import { spawn } from 'node:child_process';
import { constants, realpathSync, statSync } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UsageError } from './problem.ts';
import { writeWhole } from './write-whole.ts';

/** A file, or standard input where its name is `-`. */
export async function readInput(name: string): Promise<Buffer> {
  if (name !== '-') {
    return readFile(name).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
      throw new UsageError(`${name}: ${why}`);
    });
  }
  if (process.stdin.isTTY) process.stderr.write('Reading from standard input; Ctrl-D ends it.\n');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Puts content in the place of a file: whole or not at all. An existing one keeps its mode and owner, a new one is
 * readable by its owner alone; of a symbolic link the file that it leads to is replaced.
 */
export async function replaceFile(name: string, content: Buffer | string): Promise<void> {
  const path = statSync(name, { throwIfNoEntry: false }) ? realpathSync(name) : name;
  const before = statSync(path, { throwIfNoEntry: false });
  try {
    await writeWhole(path, content, before);
  } catch (error) {
    throw new UsageError(`${name} cannot be written, and is as it was: ${(error as Error).message}`);
  }
}

/** What a person makes of a text in $VISUAL or $EDITOR. Nothing of it is left on the disk, however the editor ends. */
export async function editText(name: string, content: Buffer): Promise<Buffer> {
  const folder = await mkdtemp(join(await privatePlace(), 'tsplay-vault-'));
  const file = join(folder, basename(name));
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
  }
}

/** In memory where the system has such a place, so that no disk ever holds the text. */
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
