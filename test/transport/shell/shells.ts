import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostConnection } from '../../../engine/transport/connection.ts';
import { openLocal } from '../../../engine/transport/local/local.ts';
import type { Script, Shell, Target } from '../../../engine/transport/types.ts';

/** Replacements for /bin/sh, as far as this machine has them. Busybox is a shell when called by that name. */
export const shells = ['/bin/dash', '/bin/bash', '/bin/mksh', '/bin/ksh', ...busybox()].filter((path) =>
  existsSync(path),
);

function busybox(): string[] {
  const link = join(mkdtempSync(join(tmpdir(), 'tsplay-')), 'sh');
  symlinkSync('/bin/busybox', link);
  process.on('exit', () => rmSync(dirname(link), { recursive: true }));
  return [link];
}

export const here: Target = {
  name: 'here',
  kind: 'local',
  address: 'localhost',
  port: 22,
  user: 'nobody-in-particular',
  knownHostsFiles: [],
  hostKeyChecking: 'strict',
  connectTimeoutSeconds: 10,
};

/** Hands a fresh connection to this machine to `use`, and closes it. */
export async function withLocal<T>(use: (connection: HostConnection) => Promise<T>, shell = '/bin/sh'): Promise<T> {
  const connection = openLocal(here, shell);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** One script: its exit code and both streams as text. */
export async function run(
  shell: Shell,
  text: string,
  more: Omit<Script, 'text'> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [output] = await shell.run([{ text, ...more }]);
  return { code: output!.code, stdout: output!.stdout.toString('latin1'), stderr: output!.stderr.toString('latin1') };
}

export async function failureOf(promise: Promise<unknown>): Promise<Error & { hint?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it should have failed');
}
