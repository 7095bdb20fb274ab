import type { Place } from './place.ts';
import { WrittenNumber } from './written-number.ts';

/** A YAML value with the place of every part. The engine uses these, never the YAML library's own nodes. */
export type SourceNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: SourceNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly SourceNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As written, before YAML types it: `0644` stays `0644`. */
  readonly source: string;
  /** The exact characters of the file, with quotes, escapes and indentation; set if they differ from `source`. */
  readonly raw?: string;
  /** Whether it was written without quotes. */
  readonly plain: boolean;
  /** An explicit tag: `!vault`, `!cel`, `!unsafe`. */
  readonly tag?: string;
  /** The encrypted form of a decrypted value, which is safe to show. */
  readonly sealed?: string;
}

/** The type of the value, for messages: "a list", "a map", "text" … */
export function describe(node: SourceNode): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`;
}

export function entryOf(node: MapNode, key: string): MapEntry | undefined {
  return node.entries.find((e) => e.key === key);
}

/** The value of a scalar. A number that would lose digits stays text (`0644`, `12345678901234567890`) or keeps its text (`1.0`). */
export function scalarValue({ value, source }: ScalarNode): unknown {
  if (typeof value !== 'number') return value;
  if (/^[-+]?\d+$/.test(source)) return /^[-+]?0\d/.test(source) || !Number.isSafeInteger(value) ? source : value;
  return /^[-+]?[\d_]*\.?[\d_]*(?:e[-+]?\d+)?$/i.test(source) && source !== String(value)
    ? new WrittenNumber(value, source)
    : value;
}

/** The plain JavaScript value, without places. Maps have no prototype, so that no key has a special meaning. */
export function toValue(node: SourceNode): unknown {
  if (node.kind === 'scalar') return scalarValue(node);
  if (node.kind === 'list') return node.items.map(toValue);
  const map: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of node.entries) map[key] = toValue(value);
  return map;
}
