import type { ScalarNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';

/** Where the names in templates and conditions are looked up. Values are already evaluated: nothing is rendered twice. */
export interface Scope {
  /** undefined where the name is not defined; an Unknown (module/unknown.ts) where it cannot be known yet. May throw TemplateError. */
  lookup(name: string): unknown;
  /** All names, for suggestions. */
  names(): Iterable<string>;
  /** Whether one of these may hold text that a host has sent: a fact, a result, or what was made of one. Missing: none does. */
  fromHosts?(references: readonly Reference[]): boolean;
  /** How a variable is written, if its value is what that evaluates to here. */
  definition?(name: string): Template | undefined;
  /** Told what a function, or an expression, has made of its inputs: what comes of a secret is one. */
  derived?(inputs: readonly unknown[], result: unknown): void;
}

/** A variable that an expression uses: `hostvars.web.port` is ['hostvars', 'web', 'port']; a computed step is computedStep. */
export interface Reference {
  readonly path: readonly string[];
  readonly place: Place;
  /** Used where it may be undefined: inside default(…), has(…), an optional CEL selection. */
  readonly optional: boolean;
  /** Used through a block parameter: the variable itself is a separate reference. */
  readonly through?: true;
}

/** A compiled YAML value: plain parts evaluate to themselves, expressions to their results. */
export interface Template {
  readonly place: Place;
  /** No expression inside: the value is always the same. */
  readonly constant: boolean;
  readonly references: readonly Reference[];
  /** The expressions (CEL) in it. */
  readonly expressions?: readonly Typed[];
  /** The text with expressions that this is. */
  readonly written?: ScalarNode;
  /** Throws TemplateError or UnknownValue. */
  evaluate(scope: Scope): unknown;
}

/** An expression that the types of its variables may show to be wrong. */
export interface Typed {
  readonly references: readonly Reference[];
  /** Why it can never be evaluated, if that is certain. */
  misuse(types: TypeChecker): Misuse | undefined;
}

/** What is known of the variables' types (cel/types.ts). */
export interface TypeChecker {
  /** Why a valid expression can never be evaluated (to true or false, if `mustBeBool`). */
  problemIn(source: string, mustBeBool: boolean): { code: Misuse['code']; problem: Problem } | undefined;
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

/** What is wrong in an expression, at an offset in its text. Code that knows the text's place in a file turns it into an error. */
export class Problem extends Error {
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(message: string, offset: number, hint?: string) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
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
