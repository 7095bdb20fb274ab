/** The types of parameters and results. `texts` is a list of texts; `any` is every value, null included. */
export type ValueType = 'text' | 'number' | 'integer' | 'bool' | 'list' | 'texts' | 'map' | 'any';

export interface Parameter<T = unknown> {
  readonly name: string;
  readonly type: ValueType;
  /** May be omitted; only parameters at the end are. */
  readonly optional?: true;
  /** Takes one argument or more; only the last parameter does. */
  readonly rest?: true;
  /** The argument as this type; throws TypeError where it is of another. */
  convert(value: unknown): T;
  /** Reads an argument that is written out, before the run; throws TypeError where it is wrong. */
  readConstant?(value: string): void;
}

/** What a function returns for given arguments: documentation, and the test of both languages. */
export type Example = readonly [args: readonly unknown[], result: unknown];

/** A function of expressions, for CEL and for Handlebars. */
export interface ExpressionFunction {
  readonly name: string;
  /** What it returns, in one sentence: for the reference. */
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly result: ValueType;
  /** It does not read the items of its lists and maps, so unknown values inside them do not matter. */
  readonly shallow?: true;
  /** Whether CEL also takes it as a method of its first argument: `text.lower()`. */
  readonly method: boolean;
  readonly examples: readonly Example[];
  /** Converts the arguments and runs. Throws TypeError; a Missing result means that there is no value. */
  call(args: readonly unknown[]): unknown;
}
