import type { Difference } from '../../module/module.ts';
import type { Place } from '../../source/place.ts';
import type { ProfileSummary } from './profile.ts';

export type Status = 'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable' | 'unknown';

/** What a failed command left, for the user. */
export interface FailureDetail {
  readonly command?: string;
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly hint?: string;
}

export interface RunStart {
  readonly event: 'run-start';
  readonly playbook: string;
  readonly check: boolean;
  readonly version: string;
}

export interface PlayStart {
  readonly event: 'play-start';
  readonly play: string;
  readonly hosts: readonly string[];
}

export interface TaskStart {
  readonly event: 'task-start';
  readonly task: string;
  readonly role?: string;
  readonly handler?: true;
  readonly hosts: readonly string[];
}

/** The result of one task on one host; in a loop one for each item. */
export interface Result {
  readonly event: 'result';
  readonly play: string;
  readonly role?: string;
  readonly task: string;
  readonly module: string;
  readonly host: string;
  readonly status: Status;
  /** The loop item's label, where the task loops. */
  readonly item?: unknown;
  readonly handler?: true;
  /** Failed, but ignore_errors holds. */
  readonly ignored?: true;
  /** Failed inside a block that has a rescue. */
  readonly rescued?: true;
  readonly delegatedTo?: string;
  readonly differences: readonly Difference[];
  /** The task's own `diff`, if set: whether the contents of differences are shown. If false, they are not included. */
  readonly diff?: boolean;
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly failure?: FailureDetail;
  /** What else the module returned, if the run was asked to include it (RunOptions.returned). */
  readonly returned?: Readonly<Record<string, unknown>>;
  readonly place: Place;
  readonly milliseconds: number;
}

export interface HostCounts {
  ok: number;
  changed: number;
  skipped: number;
  failed: number;
  unreachable: number;
  rescued: number;
  ignored: number;
  unknown: number;
}

export interface Recap {
  readonly event: 'recap';
  /** Tasks (not loop items) by host; as in Ansible `ok` includes the changed ones. */
  readonly hosts: Readonly<Record<string, HostCounts>>;
  readonly exit: number;
  /** The run was interrupted: the hosts on which tasks are left. */
  readonly interrupted?: readonly string[];
  /** Handlers that were notified and have not run: the next run of the same playbook and inventory runs them. */
  readonly pending?: readonly PendingHandler[];
  /** Round trips by host; opening a shell counts as one. */
  readonly roundTrips: Readonly<Record<string, number>>;
  /** Where the time went, if the run was asked to report it (RunOptions.profile). */
  readonly profile?: ProfileSummary;
}

export interface PendingHandler {
  readonly play: string;
  readonly handler: string;
  readonly hosts: readonly string[];
}

/** Something the user should know that is not the result of a task. */
export interface Warning {
  readonly event: 'warning';
  readonly message: string;
}

/** The run waits for the user to decide whether a task runs: (n)o, (y)es or (c)ontinue without asking. */
export interface Question {
  readonly event: 'question';
  readonly task: string;
  readonly hosts: readonly string[];
}

/** Scripts were sent to a host, together; only if the run was asked to report it (RunOptions.trips). */
export interface Sent {
  readonly event: 'sent';
  readonly host: string;
  readonly user?: string;
  readonly scripts: readonly string[];
}

/** Their results have arrived. */
export interface Received {
  readonly event: 'received';
  readonly host: string;
  readonly codes: readonly number[];
  readonly milliseconds: number;
}

export type Event = Warning | Question | Sent | Received | RunStart | PlayStart | TaskStart | Result | Recap;

/** All that a run knows about reports. */
export type Emit = (event: Event) => void;
