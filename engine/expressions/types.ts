import type { Place } from '../source/place.ts';
import type { CelTypes } from './cel/types.ts';

/** Where the names in templates and conditions come from. Values are already evaluated: nothing is rendered twice. */
export interface Scope {
  /** undefined where the name is not defined; an Unknown (contract/unknown.ts) where it cannot be known yet. May throw TemplateError. */
  lookup(name: string): unknown;
  /** All names, for suggestions. */
  names(): Iterable<string>;
}

/** A variable that an expression uses: `hostvars.web.port` is ['hostvars', 'web', 'port']; a computed step is computedStep. */
export interface Reference {
  readonly path: readonly string[];
  readonly place: Place;
  /** Used where it may be undefined: inside default(…), has(…), an optional CEL selection. */
  readonly optional: boolean;
  /** Reached through a name that a block gave it: the variable itself is a reference of its own. */
  readonly through?: true;
}

/** A YAML value, compiled: evaluating it gives the value of plain parts as they are and of expressions rendered. */
export interface Template {
  readonly place: Place;
  /** No expression inside: the value is always the same. */
  readonly constant: boolean;
  readonly references: readonly Reference[];
  /** The expressions (CEL) in it. */
  readonly expressions?: readonly Typed[];
  /** Throws TemplateError or UnknownValue. */
  evaluate(scope: Scope): unknown;
}

/** What the types of its variables may show to be wrong. */
export interface Typed {
  readonly references: readonly Reference[];
  /** Why it can never be evaluated, if that is certain. */
  misuse(types: CelTypes): Misuse | undefined;
}

export interface Misuse {
  readonly code: 'value-type' | 'unknown-field';
  readonly place: Place;
  readonly message: string;
  readonly hint?: string;
}

/** A condition (CEL), or several that must all hold. */
export interface Condition extends Typed {
  readonly source: string;
  readonly place: Place;
  readonly references: readonly Reference[];
  /** Throws TemplateError where it is not true or false; UnknownValue where an unknown value decides. */
  holds(scope: Scope): boolean;
}

/** An expression (CEL) for a value. */
export interface Expression extends Typed {
  readonly source: string;
  readonly place: Place;
  readonly references: readonly Reference[];
  evaluate(scope: Scope): unknown;
}

/** An expression that cannot be evaluated; shown with its place. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly place: Place;
  readonly hint?: string;

  constructor(message: string, place: Place, hint?: string) {
    super(message);
    this.place = place;
    if (hint !== undefined) this.hint = hint;
  }
}
