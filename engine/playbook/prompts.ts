import type { Template } from '../expressions/types.ts';
import type { Place } from '../source/place.ts';

/** A variable of a play that a person is asked for before the run. */
export interface Prompt {
  readonly name: string;
  readonly place: Place;
  readonly text: Template;
  readonly default?: Template;
  /** What is typed is not shown, and the answer is masked in every output. */
  readonly private: boolean;
  /** Asked twice. */
  readonly confirm: boolean;
  /** Set before the run begins. */
  answer?: unknown;
}

/** What is shown to the person. */
export interface Question {
  readonly name: string;
  readonly text: string;
  readonly default?: string;
  readonly private: boolean;
  readonly confirm: boolean;
}
