import { Unknown } from '../module/unknown.ts';

/** A value as text: the same for equal values, whatever the order of their keys. */
export function canonical(value: unknown): string {
  if (value instanceof Unknown) return '?';
  if (typeof value === 'bigint') return `${value}n`;
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return '-';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('base64')}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof Set) return `s${canonical([...value].map(canonical).sort())}`;
  if (value instanceof Map) return `m${canonical([...value].map((entry) => canonical(entry)).sort())}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}
