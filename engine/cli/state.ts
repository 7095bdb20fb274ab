import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where tsplay keeps what it needs from one run to the next. */
export function stateFolder(): string {
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'tsplay');
}

/** Where handlers that have not run wait for the next run. */
export function journalFolder(): string {
  return join(stateFolder(), 'journal');
}
