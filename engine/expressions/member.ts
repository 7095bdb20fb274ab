import { Unknown, UnknownValue } from '../module/unknown.ts';
import { suggest } from '../source/nearest.ts';
import { bareNumber, WrittenNumber } from '../source/written-number.ts';
import type { Scope } from './types.ts';

/** Why a value is missing; becomes an error where the value is needed. */
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

/** One step down a path: a map's own entries, a list's positions and `length`; never anything from a prototype. */
export function findEntry(of: unknown, key: string, shown: string): unknown {
  if (of instanceof Unknown) throw new UnknownValue(of.reason);
  if (Array.isArray(of)) {
    if (key === 'length') return of.length;
    if (/^\d+$/.test(key) && Number(key) < of.length) return of[Number(key)] as unknown;
    return new Missing(`'${shown}' is a list of ${of.length} and has no '${key}'`);
  }
  if (typeof of !== 'object' || of === null || of instanceof WrittenNumber)
    return new Missing(`'${shown}' is ${describeValue(of)} and has no '${key}'`);
  const value = Object.hasOwn(of, key) ? (of as Record<string, unknown>)[key] : undefined;
  return value === undefined ? new Missing(`'${shown}' has no '${key}'`, suggest(key, Object.keys(of))) : value;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof bareNumber(value) === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown)
  );
}

/** Throws UnknownValue if the value or anything inside it is unknown. Takes values of any depth, and cyclic ones. */
export function expectKnown(value: unknown): void {
  const pending = [value];
  const seen = new Set<unknown>();
  while (pending.length > 0) {
    const next = pending.pop();
    if (next instanceof Unknown) throw new UnknownValue(next.reason);
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    // The last is taken first: this keeps the order in which the value is written.
    const inner = Array.isArray(next) ? (next as unknown[]) : Object.values(next);
    for (let i = inner.length - 1; i >= 0; i--) pending.push(inner[i]);
  }
}

/** The error to report for a stack overflow, which is caused by a deeply nested value; undefined for other errors. */
export function tooDeep(error: unknown): TypeError | undefined {
  const isOverflow = error instanceof RangeError && error.message.includes('call stack');
  return isOverflow ? new TypeError('a value is nested too deeply', { cause: error }) : undefined;
}

/** For messages: "text", "a list" … */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'symbol') return 'omit';
  if (['number', 'bigint'].includes(typeof bareNumber(value))) return 'a number';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
