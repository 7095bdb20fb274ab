import { bareNumber } from '../../source/written-number.ts';
import { describeValue, expectKnown, isMap, tooDeep } from '../member.ts';
import type { ExpressionFunction, Parameter } from './types.ts';

type Arguments<P extends readonly Parameter[]> = P extends readonly [
  ...infer Head extends readonly Parameter[],
  infer Last extends Parameter & { readonly rest: true },
]
  ? [...Each<Head>, ...ReturnType<Last['convert']>[]]
  : Each<P>;
type Each<P extends readonly Parameter[]> = {
  -readonly [I in keyof P]: P[I] extends { readonly optional: true }
    ? ReturnType<P[I]['convert']> | undefined
    : ReturnType<P[I]['convert']>;
};

interface Row<P extends readonly Parameter[]> extends Omit<ExpressionFunction, 'parameters' | 'method' | 'call'> {
  readonly parameters: P;
  /** CEL takes it as a method unless this says otherwise. */
  readonly method?: boolean;
  readonly run: (...args: Arguments<P>) => unknown;
}

/** A row of the catalogue; the types of `run` follow from its parameters. */
export function define<const P extends readonly Parameter[]>({
  run,
  method = true,
  ...row
}: Row<P>): ExpressionFunction {
  return {
    ...row,
    method,
    call(args) {
      if (!row.shallow) expectKnown(args);
      if (args.some((arg) => typeof arg === 'symbol'))
        throw new TypeError('omit is no value to compute with: it leaves out a whole argument');
      const last = row.parameters.at(-1);
      const converted = args.map((arg, i) => (row.parameters[i] ?? last)!.convert(arg));
      try {
        return run(...(converted as Arguments<P>));
      } catch (error) {
        throw tooDeep(error) ?? error;
      }
    },
  };
}

export function text(name: string): Parameter<string> {
  return { name, type: 'text', convert: textOf };
}

/** Also takes text that is a number. */
export function number(name: string): Parameter<number> {
  return { name, type: 'number', convert: numberOf };
}

export function list(name: string): Parameter<readonly unknown[]> {
  return { name, type: 'list', convert: listOf };
}

export function map(name: string): Parameter<Readonly<Record<string, unknown>>> {
  return { name, type: 'map', convert: mapOf };
}

export function any(name: string): Parameter {
  return { name, type: 'any', convert: (value) => value };
}

export function optional<T>(parameter: Parameter<T>): Parameter<T> & { readonly optional: true } {
  return { ...parameter, optional: true };
}

export function rest<T>(parameter: Parameter<T>): Parameter<T> & { readonly rest: true } {
  return { ...parameter, rest: true };
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof bareNumber(value) === 'number') return String(value);
  throw new TypeError(`expected text, not ${describeValue(value)}`);
}

/** A value that may become part of a text. */
export function wordOf(value: unknown): string {
  return typeof value === 'boolean' ? String(value) : textOf(value);
}

function numberOf(given: unknown): number {
  const value = bareNumber(given);
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new TypeError(`expected a number, not ${typeof value === 'string' ? `'${value}'` : describeValue(value)}`);
}

export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`expected a list, not ${describeValue(value)}`);
}

export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isMap(value)) return value;
  throw new TypeError(`expected a map, not ${describeValue(value)}`);
}
