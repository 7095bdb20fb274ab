import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../types.ts';
import { expandHome, hostKeyCheckingOf } from './arguments.ts';

/** A target with what ~/.ssh/config says where the inventory says nothing, and the keys to log in with. */
export interface Completed {
  readonly target: Target;
  readonly keyFiles: readonly string[];
}

const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name));

export async function completed(target: Target): Promise<Completed> {
  const settings = hasConfig() ? await askSsh(target.address) : undefined;
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
export function askSsh(address: string, file?: string): Promise<Map<string, string[]> | undefined> {
  const from = file === undefined ? [] : ['-F', file];
  return new Promise((resolve) => {
    execFile('ssh', ['-G', ...from, '--', address], { timeout: 5000 }, (error, stdout) =>
      resolve(error ? undefined : parse(stdout)),
    );
  });
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

/** `hostname` always holds: the inventory's address may be an alias of the config. */
export function complete(target: Target, settings: ReadonlyMap<string, readonly string[]>): Completed {
  const first = (name: string) => settings.get(name)?.[0];
  const free = new Set(target.unset);
  const paths = (names: readonly string[]) =>
    names.flatMap((name) => (first(name) ?? '').split(' ').filter(Boolean)).map(expandHome);
  const timeout = Number(first('connecttimeout'));
  const jump = first('proxyjump');
  const checking = hostKeyCheckingOf(first('stricthostkeychecking') ?? '');
  return {
    target: {
      ...target,
      address: first('hostname') ?? target.address,
      ...(free.has('port') && { port: Number(first('port') ?? target.port) }),
      ...(free.has('user') && { user: first('user') ?? target.user }),
      ...(free.has('knownHostsFiles') && { knownHostsFiles: paths(['userknownhostsfile', 'globalknownhostsfile']) }),
      ...(free.has('proxyJump') && jump !== undefined && { proxyJump: jump }),
      ...(free.has('connectTimeoutSeconds') && timeout > 0 && { connectTimeoutSeconds: timeout }),
      ...(free.has('hostKeyChecking') && checking && { hostKeyChecking: checking }),
    },
    keyFiles: settings.get('identityfile')?.map(expandHome) ?? defaultKeys,
  };
}
