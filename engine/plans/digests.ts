import type { Difference } from '../module/module.ts';
import type { Occurrence } from '../run/types.ts';
import type { Keyed } from './key.ts';

export function stepId(keyed: Keyed, { at, item }: Occurrence): string {
  return keyed.digest('step', at, item ?? null);
}

/** The digest of the differences that a plan binds; undefined if there are none. Loose: only what differs, not how. */
export function differencesDigest(
  keyed: Keyed,
  differences: readonly Difference[],
  loose: boolean,
): string | undefined {
  const held = differences.filter((d) => !d.volatile);
  if (held.length === 0) return undefined;
  if (loose) return keyed.digest(...held.map(({ what }) => what).sort());
  return keyed.digest(...held.map(({ what, from, to }) => [what, from, to]));
}
