import type { Template } from '../expressions/types.ts';
import type { Place } from '../source/place.ts';

/** A variable that a play prompts for before the run. */
export interface Prompt {
  readonly name: string;
  readonly place: Place;
  readonly text: Template;
  readonly default?: Template;
  /** Typing is not echoed, and the answer is masked in every output. */
  readonly private: boolean;
  /** Asked twice. */
  readonly confirm: boolean;
  /** Set before the run starts. */
  answer?: unknown;
}

/** A prompt as shown to the user. */
export interface Question {
  readonly name: string;
  readonly text: string;
  readonly default?: string;
  readonly private: boolean;
  readonly confirm: boolean;
}
