import type { Event } from '../run/events/event.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import type { Paint } from './style.ts';

/** What to print for an event, if anything. */
export type View = (event: Event) => string | undefined;

export interface ViewOptions {
  readonly paint: Paint;
  /** Show differences in full. */
  readonly diff: boolean;
  /** 0: changed, failed and unknown results; 1: ok and skipped ones too; 2: with places and times; 3: and what is sent to each host. */
  readonly verbosity: number;
  /** The width of the terminal; undefined if there is none that can show a live line. */
  readonly columns?: number;
}

/** What `tsplay validate` has found. */
export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** What was checked, in a line for a person. */
  readonly summary: string;
  readonly version: string;
  /** The folder that paths are relative to. */
  readonly root: string;
}
