/** What the parts of a run share. Imports nothing of this folder that imports it. */
import type { LimitFunction } from 'p-limit';
import type { Host, Inventory } from '../inventory/types.ts';
import type { Check, Difference, InventoryAddition, Writer } from '../module/module.ts';
import type { Probe } from '../module/probe.ts';
import type { Unknown } from '../module/unknown.ts';
import type { SettingName, SettingValue } from '../playbook/keywords.ts';
import type { Common, Handler, Play, Task, VariableLayer } from '../playbook/types.ts';
import type { Become, Connection, Target } from '../transport/types.ts';
import type { SeenFact } from '../variables/needed-facts.ts';
import type { HostScope } from '../variables/scope.ts';
import type { HostMemory, RunState } from '../variables/types.ts';
import type { Secrets } from '../vault/redaction.ts';
import type { Vault } from '../vault/vault.ts';
import type { Emit, FailureDetail, HostCounts, Result, Status } from './events/event.ts';
import type { Predictions } from './host/predictions.ts';
import type { CachedRead, SharedHosts } from './host/shared.ts';
import type { RunOptions } from './options.ts';
import type { Deadline } from './task/deadline.ts';

/** Asks whether a task is to run. */
export type Confirm = (task: { readonly title: string; readonly hosts: readonly string[] }) => Promise<boolean>;

/** Everything that executing needs; one per run. */
export interface Run {
  readonly options: RunOptions;
  readonly state: RunState & {
    inventory: Inventory;
    playHosts: readonly string[];
    batch: readonly string[];
    playEnded: boolean;
  };
  readonly inventory: DynamicInventory;
  readonly emit: Emit;
  readonly vault: Vault;
  /** Texts that no output shows. */
  readonly secrets: Secrets;
  readonly pending: PendingHandlers;
  readonly limit: LimitFunction;
  /** One limit per task with `throttle`, for all hosts: with `strategy: free` they arrive one by one. */
  readonly throttles: Map<Task, LimitFunction>;
  readonly prefetch: Prefetch;
  /** Asked before each task and handler, one at a time; missing: all run. */
  readonly confirm?: Confirm;
  /** Awaited before each task: lets whoever reads the events keep up. */
  readonly ready?: () => Promise<void>;
  readonly policy?: RunPolicy;
  /** Aborted when the user interrupts: reads, connects and pauses end, changes under way finish, and nothing further begins. */
  readonly signal: AbortSignal;
  /** Finds or creates (for `localhost` and delegation) the state of a host; throws TaskFailure for a name that is not in the inventory. */
  host(name: string): HostState;
  readonly connector: Connector;
}

/** Hosts and groups that appear during the run (add_host, group_by), and reading the inventory again. */
export interface DynamicInventory {
  readonly changed: boolean;
  add(task: Task, host: string, wanted: InventoryAddition): readonly Difference[];
  refresh(): Promise<void>;
}

/** Handlers that were notified and have not run yet, kept for the next run. */
export interface PendingHandlers {
  notified(at: Position, handler: Handler, host: string, task: Reported): void;
  /** A change is about to begin that notifies them: they are kept at once, in case its result never becomes known. */
  expected(at: Position, handlers: readonly Handler[], host: string, task: Reported): void;
  /** A task has ended on a host: what it notified in an earlier run is notified again; if the host is lost, later. */
  passed(at: Position, task: Reported, host: HostState, lost: boolean): void;
  /** A section of the play ends: what earlier runs have notified in it is notified again. */
  join(play: Play, section: number, hosts: readonly HostState[]): void;
  done(play: Play, handler: Handler, host: string): void;
}

export interface Prefetch {
  before(play: Play, task: Task, host: HostState, signal: AbortSignal): Promise<void>;
  /** The next play that has anything to do, and the hosts that come to it first and are not in this one. */
  nextPlay(now: Play): { readonly play: Play; readonly hosts: readonly string[] } | undefined;
}

/** Finds or opens the connections of a run. */
export interface Connector {
  /** `quiet`: what is sent to the host is emitted without its text. */
  connect(host: HostState, target: Target, quiet: boolean, signal?: AbortSignal): Promise<Connection>;
  /** Closes what is open and tries again until the time is over. */
  reconnect(target: Target, timeoutSeconds: number, signal?: AbortSignal): Promise<void>;
  /** Something about the way to a host that the user should know; emitted once. */
  warn(message: string): void;
}

/** Ended hosts leave the play, failed and unreachable ones the run. */
export type HostStatus = 'active' | 'failed' | 'unreachable' | 'ended';

/** Where in its play a task, block or include is run. */
export interface Position {
  readonly play: Play;
  /** The index of the section of the play. */
  readonly section: number;
  /** Inside a block with a rescue: a failure does not end the host. */
  readonly rescuable: boolean;
  /** The handler that is run; inside an include among handlers, that include. */
  readonly handler?: Handler;
  /** Titles of the includes around it, outermost first. */
  readonly around: readonly string[];
  /** Loop variables of those includes. */
  readonly locals?: ReadonlyMap<string, unknown>;
  /** Why it cannot be known whether it would run at all: an include around it is unknown. */
  readonly unknown?: string;
  /** The hosts that entered the outermost include: those that a failure can be fatal for. */
  readonly peers?: readonly HostState[];
  /** The task's name as shown: rendered for the first host. */
  readonly title?: string;
}

/** Every setting of a task, resolved and typed: see task/settings.ts. */
export type TaskSettings = { readonly [N in SettingName]: SettingValue<N> } & {
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds between two items of a loop. */
  readonly pauseSeconds: number;
};

export interface ResolvedSettings {
  readonly settings: TaskSettings;
  /** Keywords whose value cannot be used (`settings` has the default then, or the safe value), and what is wrong. */
  readonly problems: ReadonlyMap<string, unknown>;
}

/** What has settings and results: a task, an include, a meta. */
export type Reported = Pick<Common, 'name' | 'settings' | 'place' | 'role'> & {
  readonly module: { readonly name: string; readonly setsVariables?: true };
  readonly tags?: ReadonlySet<string>;
  readonly register?: string;
  readonly args?: Task['args'];
  readonly variableFiles?: Task['variableFiles'];
};

/** The result of one task on one host (or for one item of its loop). */
export interface TaskResult {
  readonly status: Status;
  readonly differences: readonly Difference[];
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly failure?: FailureDetail;
  /** Failed, but ignore_errors (or ignore_unreachable) holds. */
  readonly ignored?: boolean;
  /** Failed because the run policy does not allow the change: nothing rescues or ignores that. */
  readonly refused?: true;
  /** Failed, but not before it had changed something: a command that ran, items of a loop. */
  readonly changed?: boolean;
  /** Fields of the registered result that the module returned. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** In check mode: it would run, and until when its result cannot be known. */
  readonly unknownResult?: string;
  /** No host has a part in it: see HostMemory. */
  readonly given?: true;
  /** Variables that the host has from here on. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Files of variables that the host has from here on (include_vars). */
  readonly variables?: VariableLayer;
  /** Runs of the module, where `until` repeats it. */
  readonly attempts?: number;
  /** Handlers to notify. */
  readonly notify?: readonly Handler[];
}

/** One task on one host, for one item: the smallest thing that is executed. */
export interface Step {
  readonly run: Run;
  readonly play: Play;
  readonly at?: Position; // missing while the task is only prefetched
  readonly task: Task;
  /** The host that the task is for. */
  readonly host: HostState;
  readonly scope: HostScope;
  /** For policies: which time the task comes to the host, and for which item. */
  readonly occurrence?: Occurrence;
}

/** The context of a task on a host: as which user, over which connection, with which environment. */
export interface TaskContext {
  readonly host: HostState;
  /** Identifies the login: what is read over another login may be something else. */
  login(): string;
  connection(signal?: AbortSignal): Promise<Connection>;
  reconnect(timeoutSeconds: number, signal?: AbortSignal): Promise<void>;
  readonly become: Become | undefined;
  readonly checkMode: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends reads, connects and waiting: the task's deadline has passed, or the run was interrupted. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  on(host: string): TaskContext;
  secret(text: string): void;
  /** Why nothing may be changed on the host. */
  blocked?(): string | undefined;
}

/** A step that is ready to be checked. */
export interface PreparedStep {
  readonly args: unknown;
  /** The host it works on: where it is delegated, not the one it is for. */
  readonly target: HostState;
  readonly context: TaskContext;
}

/** A step whose check has run. */
export interface CheckedStep extends PreparedStep {
  readonly session: Writer & { readonly keysRead: ReadonlySet<string> };
  readonly check: Check;
}

/** The one owner of everything that a run knows of one host. Only `commit` and its siblings change what a task leaves. */
export interface HostState extends HostMemory {
  readonly name: string;
  /** As the inventory has it now. */
  readonly host: Host;
  readonly status: HostStatus;
  readonly isLost: boolean;
  /** A policy has refused something here: no rescue continues from there. */
  readonly refused: boolean;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly facts: Map<string, unknown>;
  /** What was read since the last change, by login, become user and probe key. */
  readonly cache: Map<string, CachedRead>;
  /** How far upcoming tasks have been prefetched (see prefetch.ts). */
  readonly prefetched: { upTo: number; at: number; changes: number; window: number };
  /** How often something was, or may have been, changed here. */
  readonly changes: number;
  readonly shared: SharedHosts;
  predictions: Predictions;
  readonly included: readonly VariableLayer[];
  readonly published: { readonly roleDefaults: VariableLayer[]; readonly vars: VariableLayer[] };
  /** Handlers of the roles that were included here, by name: those of the last one, with its loop variables. */
  readonly handlers: Map<string, { readonly handler: Handler; readonly locals?: ReadonlyMap<string, unknown> }>;
  /** Roles that were included here and run only once. */
  readonly rolesRun: Set<string>;
  /** Handlers to run at the next flush; Unknown: only tasks of which nothing is known have notified it. */
  readonly notified: Map<Handler, 'changed' | Unknown>;
  readonly latest: Pick<Result, 'place' | 'status'> | undefined;
  readonly counts: Readonly<HostCounts>;
  /** The result of a task: registers it, counts it, sets facts and status, notifies handlers, emits the event. */
  commit(at: Position, task: Reported, settings: TaskSettings, result: TaskResult, how?: CommitOptions): void;
  /** The result of one item of a loop: its facts, handlers and event. */
  commitItem(at: Position, task: Reported, settings: TaskSettings, result: TaskResult, how: CommitOptions): void;
  /** The result of a loop as a whole: registers and counts it, and sets the status. */
  commitLoop(at: Position, task: Reported, result: TaskResult, registered: unknown): void;
  /** With run_once: what another host's task has left, for this host too. */
  adopt(task: Task, from: HostState, settings: TaskSettings, result: TaskResult): void;
  /** Fails because of what happened on others; a rescue sees what that was. */
  failLike(others: readonly HostState[]): void;
  changeStatus(to: HostStatus): void;
  reachedAt(machine: string): void;
  /** Something was changed on the host: nothing that was read before is valid any more. */
  forget(): void;
  forgetRoles(): void;
}

export interface CommitOptions {
  /** `performance.now()` when it began. */
  readonly started: number;
  readonly occurrence?: Occurrence;
  readonly loop?: { readonly item: unknown; readonly index: number };
}

/** Which time a task comes to a host, and in a loop for which item: the same in each run that goes the same way. */
export interface Occurrence {
  readonly at: string;
  readonly item?: number;
}

export interface ReadObserver {
  /** An observation of a host as it is: not what check mode predicts, nor what is prefetched. */
  readonly observed: <T>(probe: Probe<T>, value: T, from: TaskContext) => void;
  /** It asked for something that cannot be known yet, and may go on without it. */
  readonly missed: () => void;
  /** A file of this machine. */
  readonly localFile: (path: string, content: Buffer) => void;
}

/**
 * Watches a run, and may refuse parts of it: a plan is recorded by one policy and enforced by another, and the run between
 * them is the same as any. All but `occurrence` may be left out.
 */
export interface RunPolicy {
  /** A task comes to a host. */
  occurrence(play: Play, task: Task, host: string): string;
  /** For the checks of a step. */
  observer?(step: Step, occurrence: Occurrence, quiet: boolean): ReadObserver;
  /** Something that was evaluated for a host has used a fact. */
  fact?(scope: HostScope, fact: SeenFact, quiet: boolean): void;
  /** What a step would change, before it does. Returns why it must not. */
  found?(step: Step, occurrence: Occurrence, differences: readonly Difference[]): string | undefined;
  /** Why nothing may be changed on a host at all. */
  blocked?(host: string): { readonly status: 'failed' | 'unreachable'; readonly message: string } | undefined;
  /** The result of a step; it contains secrets, and what no_log hides unless it is `quiet`. */
  reported?(
    result: Result,
    of: TaskResult,
    about: { readonly occurrence: Occurrence | undefined; readonly role: string | undefined; readonly quiet: boolean },
  ): void;
}
