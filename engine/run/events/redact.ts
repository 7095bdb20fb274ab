import type { Difference } from '../../module/module.ts';
import { mask, type Secrets } from '../../vault/redaction.ts';
import type { Event } from './event.ts';

/** Fields that identify things. Their values come from the playbook and the inventory and are not secret. */
const names = new Set(['event', 'status', 'host', 'hosts', 'module', 'place', 'milliseconds', 'version', 'exit']);

/** The one gate that every event passes through: no secret leaves it. */
export function maskEvent<E extends Event>(event: E, secrets: Secrets): E {
  const entries = Object.entries(event).map(([key, value]: [string, unknown]) => {
    if (names.has(key)) return [key, value] as const;
    if (key === 'differences') return [key, (value as Difference[]).map((d) => maskDifference(d, secrets))] as const;
    return [key, secrets.value(value)] as const;
  });
  return Object.fromEntries(entries) as unknown as E;
}

/**
 * A difference without its secrets, line by line. What a new secret replaces was a secret as well: the old password in the
 * same line of a file is masked too, although nothing marks it as secret.
 */
export function maskDifference(difference: Difference, secrets: Secrets): Difference {
  const keyed = {
    ...difference,
    from: withoutDigests(difference.from, secrets),
    to: withoutDigests(difference.to, secrets),
  };
  const [from, to] = [keyed.from, keyed.to].map((text) => (text === null ? null : secrets.lines(text)));
  return {
    ...secrets.value(keyed),
    from: from ? (to ? before(keyed, from, to) : from).join('\n') : null,
    to: to ? to.join('\n') : null,
  };
}

/** Modules name a content that is not shown by its digest, with which a short one could be guessed. */
function withoutDigests(text: string | null, secrets: Secrets): string | null {
  return (
    text?.replaceAll(
      /\bsha256 ([0-9a-f]{64})\b/g,
      (_, digest: string) => `fingerprint ${secrets.fingerprint(digest)}`,
    ) ?? null
  );
}

/** The masked lines of the old text; where only the secret in a line differs, that is visible. */
function before(original: Difference, from: readonly string[], to: readonly string[]): readonly string[] {
  const staying = new Set(original.to?.split('\n'));
  const holders = to.filter((line) => line.includes(mask));
  return original.from!.split('\n').map((line, i) => {
    const holder = line.trim() === '' || staying.has(line) ? undefined : holders.find((h) => isAlike(line, h));
    return holder?.replaceAll(mask, `${mask} (before)`) ?? from[i]!;
  });
}

/** Whether a line differs from one that contains a mask only where the mask is. */
function isAlike(line: string, holder: string): boolean {
  const begin = holder.slice(0, holder.indexOf(mask));
  const end = holder.slice(holder.lastIndexOf(mask) + mask.length);
  return line.length >= begin.length + end.length && line.startsWith(begin) && line.endsWith(end);
}
