import type { LimitFunction } from 'p-limit';
import type { Inventory } from '../inventory/types.ts';
import type { World } from '../variables/scope.ts';
import type { Secrets } from '../vault/redaction.ts';
import type { Vault } from '../vault/vault.ts';
import type { LiveInventory } from './dynamic-inventory.ts';
import type { Emit } from './events/event.ts';
import type { Reach } from './host/connector.ts';
import type { Lookahead } from './host/prefetch.ts';
import type { HostState } from './host/state.ts';
import type { Journal } from './play/pending-handlers.ts';
import type { Guard } from './policy.ts';

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
  /** Tell what goes to the hosts, and when their answers come. */
  readonly trips?: boolean;
  /** The name of the task to begin at; what stands before it is left out. */
  readonly startAt?: string;
  /** End with 3 instead of 0 where something was, or in check mode would or may be, changed. */
  readonly detailedExitcode?: boolean;
  /** Tell at the end where the time went. */
  readonly profile?: boolean;
  /** How many coming tasks are looked at ahead at most; 0: none; default: all. */
  readonly lookahead?: number;
  /** Results tell all that their module gives back: the output of commands, contents of files. */
  readonly returned?: boolean;
}

/** Asks whether a task shall run. */
export type Confirm = (task: { readonly title: string; readonly hosts: readonly string[] }) => Promise<boolean>;

/** All that executing needs; one for a run. */
export interface RunContext {
  readonly options: RunOptions;
  readonly world: World & {
    inventory: Inventory;
    playHosts: readonly string[];
    batch: readonly string[];
    playEnded: boolean;
  };
  /** What of the inventory comes into being during the run. */
  readonly inventory: LiveInventory;
  readonly emit: Emit;
  readonly vault: Vault;
  /** Texts that no output shows. */
  readonly secrets: Secrets;
  /** Handlers that wait, for the run after this one. */
  readonly journal: Journal;
  readonly limit: LimitFunction;
  readonly ahead: Lookahead;
  /** Asked before each task and handler, one at a time; missing: all run. */
  readonly confirm?: Confirm;
  /** What watches the run and may refuse parts of it: a plan that is made, or held. */
  readonly guard?: Guard;
  /** Aborted when the user interrupts: tasks under way end, no further one begins. */
  readonly signal: AbortSignal;
  /** Finds or makes (for `localhost` and delegation) the state of a host; throws TaskFailure for a name that is not in the inventory. */
  state(name: string): HostState;
  readonly reach: Reach;
}
