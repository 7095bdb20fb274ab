import type { Difference } from '../../module/module.ts';
import type { Place } from '../../source/place.ts';
import type { ProfileSummary } from './profile.ts';

export type Status = 'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable' | 'unknown';

/** What a failed command left, for people. */
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
  /** Failed, and the task said that it does not matter. */
  readonly ignored?: true;
  /** Failed inside a block that has a rescue. */
  readonly rescued?: true;
  readonly delegatedTo?: string;
  readonly differences: readonly Difference[];
  /** The task's own `diff`, where it has one: whether the contents of differences are shown; with false they are not here. */
  readonly diff?: boolean;
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly failure?: FailureDetail;
  /** What the module gives back besides, where the run was asked to tell (RunOptions.returned). */
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
  /** By host: how often it was asked something; the opening of a shell counts as one. */
  readonly roundTrips: Readonly<Record<string, number>>;
  /** Where the time went, where the run was asked to tell (RunOptions.profile). */
  readonly profile?: ProfileSummary;
}

/** Something a person should know that is no result of a task. */
export interface Warning {
  readonly event: 'warning';
  readonly message: string;
}

/** The run waits for a person to say whether a task shall run: (n)o, (y)es or (c)ontinue without asking. */
export interface Question {
  readonly event: 'question';
  readonly task: string;
  readonly hosts: readonly string[];
}

/** Scripts went to a host, together; where the run was asked to tell (RunOptions.trips). */
export interface Sent {
  readonly event: 'sent';
  readonly host: string;
  readonly user?: string;
  readonly scripts: readonly string[];
}

/** Their results have come back. */
export interface Received {
  readonly event: 'received';
  readonly host: string;
  readonly codes: readonly number[];
  readonly milliseconds: number;
}

export type Event = Warning | Question | Sent | Received | RunStart | PlayStart | TaskStart | Result | Recap;

/** All that the executor knows of reporters. */
export type Emit = (event: Event) => void;
