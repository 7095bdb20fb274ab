import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The user's home folder: where $HOME is empty or relative, the account's. Never a path in the current folder. */
export function homeFolder(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}

/** As the specification of the XDG folders says, a relative path is not used. */
function base(variable: string, otherwise: string): string {
  const named = process.env[variable] ?? '';
  return isAbsolute(named) ? named : join(homeFolder(), otherwise);
}

/** The user's folder for what can be made again (XDG_CACHE_HOME). */
export function cacheFolder(...below: readonly string[]): string {
  return join(base('XDG_CACHE_HOME', '.cache'), 'tsplay', ...below);
}

/** The user's folder for what is kept from one run to the next (XDG_STATE_HOME). */
export function stateFolder(...below: readonly string[]): string {
  return join(base('XDG_STATE_HOME', '.local/state'), 'tsplay', ...below);
}
