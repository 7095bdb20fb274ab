import type { Result } from '../../../engine/run/events/event.ts';

/** What a controller under test is to do. */
export interface Order {
  /** The controller's script. */
  readonly controller: string;
  readonly playbook: string;
  readonly inventories: readonly string[];
  readonly extra: Readonly<Record<string, unknown>>;
  /** The folder for handlers that have not run. */
  readonly journal: string;
}

/**
 * Where a run can be disturbed: when a step begins, when its change is about to begin on a host, when the change has sent
 * its first command, and when the change has ended and is not yet verified.
 */
export const moments = ['start', 'before', 'during', 'after'] as const;
export type Moment = (typeof moments)[number];

/** To the controller, beside its order: to go on, or that its clock is set. */
export type Word = 'go' | 'a year ahead' | 'right';

/** The controller has come to a moment, and waits until it is told to go on. */
export interface Arrival {
  readonly is: 'arrival';
  readonly moment: Moment;
  /** The step's name; if others of the run have the same, with a number. */
  readonly step: string;
  readonly hosts: readonly string[];
}

/** From the controller to the prover. */
export type Report =
  | Arrival
  | { readonly is: 'result'; readonly step: string; readonly result: Result }
  | { readonly is: 'end'; readonly exit: number; readonly thrown?: string };
