import { harmlessJson } from '../source/harmless.ts';
import { scalarText } from '../source/written-number.ts';
import { onOneLine } from './style.ts';

/** Deeper levels of a value are shown as `…`: JSON.stringify and every other recursion overflows the stack on deep data. */
const deepest = 100;

/** Any value as JSON, of bounded depth. Numbers that JSON cannot hold are written as text. */
export function jsonText(value: unknown, indent?: number): string {
  return harmlessJson(JSON.stringify(bounded(value, 0), null, indent) ?? String(value));
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map((item: unknown) => bounded(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bounded(item, depth + 1)]));
}

/** A loop item, short enough to identify a line. */
export function itemText(item: unknown): string {
  const text = scalarText(item) ?? jsonText(item);
  return onOneLine(text.length > 80 ? `${text.slice(0, 77)}…` : text);
}
