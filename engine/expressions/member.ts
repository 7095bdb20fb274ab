import { Unknown, UnknownValue } from '../module/unknown.ts';
import { suggest } from '../source/nearest.ts';
import type { Scope } from './types.ts';

/** Why a value is not there; turned into an error where it is needed. */
export class Missing {
  readonly message: string;
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    this.message = message;
    this.hint = hint;
  }
}

export function findVariable(scope: Scope, name: string): unknown {
  const value = scope.lookup(name);
  return value === undefined ? new Missing(`variable '${name}' is not defined`, suggest(name, scope.names())) : value;
}

/** One step down a path: own entries of maps, positions and `length` of lists; never what a prototype has. */
export function findEntry(of: unknown, key: string, shown: string): unknown {
  if (of instanceof Unknown) throw new UnknownValue(of.reason);
  if (Array.isArray(of)) {
    if (key === 'length') return of.length;
    if (/^\d+$/.test(key) && Number(key) < of.length) return of[Number(key)] as unknown;
    return new Missing(`'${shown}' is a list of ${of.length} and has no '${key}'`);
  }
  if (typeof of !== 'object' || of === null)
    return new Missing(`'${shown}' is ${describeValue(of)} and has no '${key}'`);
  const value = Object.hasOwn(of, key) ? (of as Record<string, unknown>)[key] : undefined;
  return value === undefined ? new Missing(`'${shown}' has no '${key}'`, suggest(key, Object.keys(of))) : value;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** Throws where the value, or one anywhere inside it, is unknown. */
export function expectKnown(value: unknown): void {
  if (value instanceof Unknown) throw new UnknownValue(value.reason);
  if (Array.isArray(value)) for (const item of value) expectKnown(item);
  else if (isMap(value)) for (const key of Object.keys(value)) expectKnown(value[key]);
}

/** For messages: "text", "a list" … */
export function describeValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
