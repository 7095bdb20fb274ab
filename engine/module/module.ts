import type { Output, Prediction, Probe } from './probe.ts';
import type { ArgumentSchema, Arguments } from './schema.ts';

/** What `check` may do on a host: read, and nothing else. */
export interface Reader {
  /** Reads issued in the same tick become one round trip. In check mode, it returns what earlier tasks would have caused. */
  read<T>(probe: Probe<T>): Promise<T>;
  /** A reader of another host of the inventory, with the same become user. */
  on(host: string): Reader;
  /** A file on the controller; null if it does not exist. */
  readLocal(path: string): Promise<Buffer | null>;
  /** Aborted when the task must end (its timeout, the end of the run): pass it to every wait. */
  readonly signal?: AbortSignal;
  /** Masks this text in all output from now on. */
  secret(text: string): void;
}

export interface RunOptions {
  readonly stdin?: string | Buffer;
  readonly timeoutSeconds?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

export interface FileAttributes {
  readonly owner?: string;
  readonly group?: string;
  /** Octal (`0644`); a new file without one gets 0644 under the umask of the host's user, an existing one keeps its own. */
  readonly mode?: string;
  /** Command line with %s for the new file's path; it must succeed before the old file is replaced. */
  readonly validate?: string;
  /** Keep the old file next to the new one, under a name with a timestamp. */
  readonly backup?: boolean;
  /** SHA-256 of the content that the new one was made from (null: there was no file): another one is not replaced. */
  readonly replaces?: string | null;
  /** The path as it was given, where links lead from it to the one that is written; they must still lead there. */
  readonly via?: string;
  /** Write into the old file where it cannot be replaced: a mount point, as a container's /etc/hosts. */
  readonly unsafe_writes?: boolean;
}

/** What `change` may do on a host. */
export interface Writer extends Reader {
  on(host: string): Writer;
  /** Runs one command and returns its output, whatever its exit code: see expectSuccess. */
  run(argv: readonly string[], options?: RunOptions): Promise<Output>;
  /** Runs text with /bin/sh; every value in it must have been put in with `sh`. */
  shell(script: string, options?: RunOptions): Promise<Output>;
  /**
   * Writes a whole file: in a folder of its own beside the old one, synced, owner and mode set, validated, then renamed over the old one.
   * Fails with a TaskFailure. Never follows a link at `path` itself. Returns the path of the backup if one was made.
   */
  write(path: string, content: Buffer | string, attributes: FileAttributes): Promise<{ readonly backup?: string }>;
  /** Reads without the cache: for waiting. */
  readNow<T>(probe: Probe<T>): Promise<T>;
  writeLocal(path: string, content: Buffer, mode: number): Promise<void>;
  /** Closes the connection and reopens it, retrying until the timeout: for reboots. */
  reconnect(timeoutSeconds: number): Promise<void>;
}

/** One difference between actual and desired state. Null: absent. Multi-line texts are shown as a unified diff. */
export interface Difference {
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Done every time (a restart): the check after the change finds it again, and that is not a failure. */
  readonly recurs?: true;
  /** Appears by itself with time (an index becomes too old): a saved plan does not enforce it. */
  readonly volatile?: true;
}

/** A host to add to the inventory, or groups to add it to. */
export interface InventoryAddition {
  /** Default: the task's host. */
  readonly host?: string;
  readonly groups: readonly string[];
  /** Parent groups of these groups. */
  readonly parents?: readonly string[];
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Check<P = unknown> {
  /** What was found, for `change`. */
  readonly present: P;
  /** Empty means ok. This alone decides whether a task has changed something. */
  readonly differences: readonly Difference[];
  /** The differences are of something that the change only waits for, or fails over: in check mode the task is unknown. */
  readonly onlyAwaited?: true;
  /** What probes will read after the change. */
  readonly after?: readonly Prediction[];
  /** Further fields of the registered result (declared in `returns`). */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Variables that the host gets (set_fact). */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What is added to the inventory for the rest of the run, in check mode too: whatever is new counts as a difference. */
  readonly inventory?: InventoryAddition;
  /** One line for the user: what is shown, or why there is nothing to do. */
  readonly message?: string;
  /** Arguments or state that deserve a warning. */
  readonly warnings?: readonly string[];
}

export interface Changed {
  /** Further fields of the registered result, over those of the check. */
  readonly result?: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/**
 * How a module relates to the law of check, change, verify:
 * - `state` (the default): `change` removes the differences, then the same check must find none;
 * - `action`: what it does cannot be read back (a command, a reboot); its differences only announce that it will run, and in check mode its result is unknown;
 * - `wait`: it waits for a condition; it changes nothing, so its task is never `changed`; unmet in check mode it is unknown.
 */
export type Nature = 'state' | 'action' | 'wait';

export interface Module<A = never, P = unknown> {
  readonly name: string;
  readonly summary: string;
  /** The heading of the reference under which it is listed. */
  readonly subject?: string;
  readonly args: ArgumentSchema;
  /** The argument that gets the value if a task passes text instead of a map: `command: ls`. */
  readonly freeForm?: string;
  /** JSON schema of what the module adds to a registered result. */
  readonly returns?: ArgumentSchema;
  readonly nature?: Nature;
  /** For the reference: what it does in check mode, where that is not the same for all its tasks. */
  readonly inCheckMode?: string;
  /** Its argument names are the names of variables that it sets: while their values are not known, the variables are unknown. */
  readonly setsVariables?: true;
  /** The arguments that name the hosts and groups that it adds to the inventory. Its undeclared arguments are variables of those hosts. */
  readonly addsToInventory?: readonly string[];
  /** Its task always fails: what comes after one without a condition is never reached. */
  readonly alwaysFails?: true;
  /** Runs once for all hosts of the batch, as if each of its tasks said run_once. */
  readonly once?: true;
  /** Its change is one command whose output is the whole result: it can run detached from the connection (`async`). */
  readonly detachable?: true;
  /** Its change writes one file: independent items of a loop may be changed in parallel. */
  readonly alongside?: true;
  /** Working examples for the reference, each the YAML of one or more tasks; all are checked by a test. */
  readonly examples: readonly string[];
  /** Checks combinations of arguments that the schema cannot express; returns messages. Arguments whose values are still templates are omitted. */
  lint?(args: Readonly<Record<string, unknown>>): readonly string[];
  check(args: A, host: Reader): Promise<Check<P>>;
  change?(args: A, found: Check<P>, host: Writer): Promise<Changed | void>;
}

/** Declares a module; the type of `args` in check and change follows from the schema. */
export function defineModule<const S extends ArgumentSchema, P>(
  module: Omit<Module<Arguments<S>, P>, 'args'> & { readonly args: S },
): Module<Arguments<S>, P> {
  return module;
}

/** A module whose argument type is not known where it is used: the engine validates before it calls. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyModule = Module<any, any>;
