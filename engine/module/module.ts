import type { Output, Prediction, Probe } from './probe.ts';
import type { ArgumentSchema, Arguments } from './schema.ts';

/** What a module may do while it looks: read, and nothing else. */
export interface Reader {
  /** Reads issued in the same tick become one round trip. In check mode, sees what earlier tasks would have done. */
  read<T>(probe: Probe<T>): Promise<T>;
  /** The same eyes on another host of the inventory, with the same become user. */
  on(host: string): Reader;
  /** A file of the controller; null where there is none. */
  readLocal(path: string): Promise<Buffer | null>;
  /** Aborted when the task must end (its timeout, the end of the run): pass it to every wait. */
  readonly signal?: AbortSignal;
  /** From here on this text is masked in every output. */
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
  /** Keep the old file beside the new one under a name with the time in it. */
  readonly backup?: boolean;
}

/** What a module may do while it changes. */
export interface Writer extends Reader {
  on(host: string): Writer;
  /** Runs one command and hands back its output, whatever its exit code: see expectSuccess. */
  run(argv: readonly string[], options?: RunOptions): Promise<Output>;
  /** Runs text with /bin/sh; every value in it must have been put in with `sh`. */
  shell(script: string, options?: RunOptions): Promise<Output>;
  /**
   * Writes a whole file: beside its place first, synced, owner and mode set, validated, then renamed over the old one.
   * Fails with a TaskFailure. Never follows a link at `path` itself. Returns the path of the backup if one was made.
   */
  write(path: string, content: Buffer | string, attributes: FileAttributes): Promise<{ readonly backup?: string }>;
  /** Reads past the cache: for waiting. */
  readNow<T>(probe: Probe<T>): Promise<T>;
  writeLocal(path: string, content: Buffer, mode: number): Promise<void>;
  /** Drops the connection and opens it again, trying until the time is over: for reboots. */
  reconnect(timeoutSeconds: number): Promise<void>;
}

/** One thing that is not as it should be. Null: not there. Multi-line texts are shown as a unified diff. */
export interface Difference {
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
  /** What is done anew whenever it is asked for (a restart): the same check finds it again after the change, and that is no fault. */
  readonly recurs?: true;
  /** Comes and goes by itself with time (an index grows too old): a plan does not hold it. */
  readonly volatile?: true;
}

/** A host of the inventory, and the groups it is in from here on. */
export interface InventoryAddition {
  /** Without it: the host that the task is for. */
  readonly host?: string;
  readonly groups: readonly string[];
  /** The groups that these groups stand in. */
  readonly parents?: readonly string[];
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Check<P = unknown> {
  /** What was found, for `change`. */
  readonly present: P;
  /** Empty means ok. This alone decides whether a task has changed something. */
  readonly differences: readonly Difference[];
  /** What later observations will read once the differences are gone. */
  readonly after?: readonly Prediction[];
  /** Further fields of the registered result (declared in `returns`). */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Variables that the host has from here on (set_fact). */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What the inventory gains for the rest of the run, in check mode too: whatever of it is new is the difference. */
  readonly inventory?: InventoryAddition;
  /** One line for a person: what is shown, or why there is nothing to do. */
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
 * - `state` (the default): differences are mended, then the same check must find none;
 * - `action`: what it does cannot be read back (a command, a reboot); its differences say that it will run, and in check mode its result is unknown;
 * - `wait`: it waits for what others bring about; it changes nothing, so its task is never `changed`; unmet in check mode it is unknown.
 */
export type Nature = 'state' | 'action' | 'wait';

export interface Module<A = never, P = unknown> {
  readonly name: string;
  readonly summary: string;
  /** Under which heading the reference lists it. */
  readonly subject?: string;
  readonly args: ArgumentSchema;
  /** The argument that the whole value stands for where a task gives text instead of a map: `command: ls`. */
  readonly freeForm?: string;
  /** JSON schema of what the module adds to a registered result. */
  readonly returns?: ArgumentSchema;
  readonly nature?: Nature;
  /** The names of its arguments are those of variables that it sets: while they cannot be known, they are unknown. */
  readonly setsVariables?: true;
  /** The arguments that name the hosts and groups that it adds to the inventory. Its undeclared arguments are variables of those hosts. */
  readonly addsToInventory?: readonly string[];
  /** Runs once for all hosts of the batch, as if each of its tasks said run_once. */
  readonly once?: true;
  /** Its change is one command whose output says all: it can run detached from the connection (`async`). */
  readonly detachable?: true;
  /** Its change is the writing of one file: for several items of a loop that have nothing to do with each other it may be under way at once. */
  readonly alongside?: true;
  /** Working examples for the reference, each the YAML of one or more tasks; all are checked by a test. */
  readonly examples: readonly string[];
  /** What the schema cannot say about arguments that belong together; returns messages. Values may still be templates then: those are left out. */
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
