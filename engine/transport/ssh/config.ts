import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SshSettings, Target } from '../types.ts';
import { throwIfAborted, untilAborted } from '../waiting.ts';
import { expandHome } from './arguments.ts';
import { sshOptions } from './options.ts';

/** A target completed from ~/.ssh/config where the inventory says nothing, and the keys to log in with. */
export interface Completed {
  readonly target: Target;
  readonly keyFiles: readonly string[];
}

const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name));

export async function completed(target: Target, signal?: AbortSignal): Promise<Completed> {
  const settings = hasConfig() ? await askSsh(target.address, signal) : undefined;
  return settings ? complete(target, settings) : { target, keyFiles: defaultKeys };
}

/** Without a file to read, `ssh -G` (25 ms of CPU a host) could only repeat the defaults. */
function hasConfig(): boolean {
  const folder = '/etc/ssh/ssh_config.d';
  return (
    existsSync(join(homedir(), '.ssh', 'config')) ||
    (existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.conf')))
  );
}

/** OpenSSH's own reading of its files, with Include and Match; undefined where ssh is not installed or refuses the name. */
export async function askSsh(
  address: string,
  signal?: AbortSignal,
  file?: string,
): Promise<Map<string, string[]> | undefined> {
  throwIfAborted(signal);
  const from = file === undefined ? [] : ['-F', file];
  const asked = new Promise<Map<string, string[]> | undefined>((resolve) => {
    const options = { timeout: 5000, ...(signal && { signal }) };
    execFile('ssh', ['-G', ...from, '--', address], options, (error, stdout) =>
      resolve(error ? undefined : parse(stdout)),
    );
  });
  return untilAborted(asked, signal);
}

function parse(text: string): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space < 0) continue;
    const name = line.slice(0, space).toLowerCase();
    settings.set(name, [...(settings.get(name) ?? []), line.slice(space + 1)]);
  }
  return settings;
}

/** `hostname` always applies: the inventory's address may be an alias of the config. What is not valid is ignored. */
export function complete(target: Target, settings: ReadonlyMap<string, readonly string[]>): Completed {
  const found: Partial<Record<keyof SshSettings, unknown>> = {};
  for (const key of target.unset ?? []) {
    const { openssh, read } = sshOptions[key];
    const text = openssh === undefined ? undefined : settings.get(openssh)?.[0];
    const value = text === undefined ? undefined : read(text);
    if (value !== undefined) found[key] = value;
  }
  return {
    target: { ...target, ...(found as Partial<SshSettings>), address: settings.get('hostname')?.[0] ?? target.address },
    keyFiles: settings.get('identityfile')?.map(expandHome) ?? defaultKeys,
  };
}
