import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's folder for what can be made again (XDG_CACHE_HOME). */
export function cacheFolder(...below: readonly string[]): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tsplay', ...below);
}

/** The user's folder for what is kept from one run to the next (XDG_STATE_HOME). */
export function stateFolder(...below: readonly string[]): string {
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'tsplay', ...below);
}
