/** A file on the controller, found on the task's search path (the role's files/ or templates/, then the playbook's). */
export interface LocalFile {
  /** Where it was found, absolute. */
  readonly path: string;
  readonly content: Buffer;
}

/** A template on the controller, found and already rendered for the current host. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
}

/** A condition (CEL) that the engine has already evaluated for the current host. */
export interface Verdict {
  readonly source: string;
  readonly holds: boolean;
  /** If it does not hold: what its variables are, for a message. */
  readonly values?: string;
}

/** A value expression (CEL) that the engine has already evaluated for the current host. */
export interface Evaluated {
  readonly source: string;
  readonly value: unknown;
}

/**
 * JSON schema of a module's arguments, written once as a literal: types, checks, reference and editor schema come from it.
 * Beyond the standard, `format` may be one of:
 * - `mode`: file mode as text, normalised to four octal digits (`0644`) or kept symbolic;
 * - `path`: an absolute path on the host;
 * - `line`, `word`: text that becomes a line, or a field of one: see module/line.ts;
 * - `local-file`, `template-file`: a file on the controller, passed as LocalFile or RenderedFile;
 * - `local-path`: a path on the controller that is written, passed as text;
 * - `condition`, `expression`: CEL, passed as Verdict or Evaluated;
 * - `secret`: text that is masked in every output;
 * - `content`: text that is sent as it is. All other text is refused where it holds a NUL character.
 */
export interface ArgumentSchema {
  readonly type: 'object';
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

interface Formats {
  'local-file': LocalFile;
  'template-file': RenderedFile;
  condition: Verdict;
  expression: Evaluated;
}

interface Scalars {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  null: null;
}

/**
 * The type of the values that a schema describes, as a module receives them (defaults filled in). It knows what module
 * schemas use: const, enum, oneOf and anyOf, type (one or several), items, properties with required and default, and the
 * formats above. A general library (json-schema-to-ts) exceeds the compiler's depth inside defineModule's inference.
 */
export type Arguments<S> = S extends { const: infer C }
  ? C
  : S extends { enum: readonly (infer E)[] }
    ? E
    : S extends { oneOf: readonly (infer O)[] }
      ? Arguments<O>
      : S extends { anyOf: readonly (infer O)[] }
        ? Arguments<O>
        : S extends { type: readonly (infer T)[] }
          ? Typed<S, T>
          : S extends { type: infer T }
            ? Typed<S, T>
            : unknown;

type Typed<S, T> = T extends 'object'
  ? Properties<S>
  : T extends 'array'
    ? Items<S>[]
    : T extends 'string'
      ? Text<S>
      : T extends keyof Scalars
        ? Scalars[T]
        : unknown;

type Text<S> = S extends { format: infer F extends keyof Formats } ? Formats[F] : string;

type Items<S> = S extends { items: infer I } ? Arguments<I> : unknown;

type Properties<S> = S extends { properties: infer P }
  ? Flat<
      { -readonly [K in Given<S, P>]: Arguments<P[K]> } & {
        -readonly [K in Exclude<keyof P, Given<S, P>>]?: Arguments<P[K]>;
      }
    >
  : S extends { additionalProperties: infer V }
    ? Record<string, V extends object ? Arguments<V> : unknown>
    : Record<string, unknown>;

/** The properties that are always there: required ones and those with a default. */
type Given<S, P> =
  | (S extends { required: readonly (infer R)[] } ? R & keyof P : never)
  | { [K in keyof P]: P[K] extends { default: unknown } ? K : never }[keyof P];

type Flat<T> = { [K in keyof T]: T[K] };
