import type { LimitFunction } from 'p-limit';
import type { Connection } from '../connection/types.ts';
import type { World } from '../plan/scope.ts';
import type { Play, Task } from '../playbook/types.ts';
import type { Emit } from './event.ts';
import type { HostState } from './host.ts';
import type { Secrets } from './secrets.ts';

/** What the command line says about how to run. */
export interface RunOptions {
  readonly check: boolean;
  readonly forks: number;
  readonly forceHandlers: boolean;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly become: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly becomePassword?: string;
  readonly user?: string;
  readonly privateKey?: string;
  readonly connectionPassword?: string;
  readonly timeoutSeconds: number;
  /** End with 3 instead of 0 where something was, or in check mode would or may be, changed. */
  readonly detailedExitcode?: boolean;
}

/** All that executing needs; one for a run. */
export interface RunContext {
  readonly options: RunOptions;
  readonly world: World & { playHosts: readonly string[]; batch: readonly string[] };
  readonly emit: Emit;
  readonly secrets: Secrets;
  readonly limit: LimitFunction;
  /** Aborted when the user interrupts: tasks under way end, no further one begins. */
  readonly signal: AbortSignal;
  /** Finds or makes (for `localhost` and delegation) the state of a host; throws TaskFailure for a name that is not in the inventory. */
  state(name: string): HostState;
  /** The connection that the host's variables describe, as they stand now for this play and task. */
  connect(state: HostState, play: Play, task: Task | undefined): Promise<Connection>;
  reconnect(state: HostState, play: Play, task: Task | undefined, timeoutSeconds: number): Promise<void>;
}
