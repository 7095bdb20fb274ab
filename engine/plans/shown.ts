import type { Difference } from '../module/module.ts';
import { maskDifference } from '../run/events/redact.ts';
import type { Secrets } from '../vault/redaction.ts';

/**
 * A difference as a plan stores it: without its secrets. A SHA-256 (of a file that not everyone may read) may appear in the
 * output of a run, but not in a file, whose owner could try out at leisure what it is the digest of.
 */
export function shownDifference(difference: Difference, secrets: Secrets): Difference {
  const masked = maskDifference(difference, secrets);
  const kept = (text: string | null): string | null => text?.replaceAll(/( bytes), sha256 [0-9a-f]{64}/g, '$1') ?? null;
  return { ...masked, from: kept(masked.from), to: kept(masked.to) };
}

/** A probe's key in words: `unit:nginx.service` is the unit nginx.service. */
export function shownKey(key: string): string {
  const [, kind, name] = /^([a-z-]+):(.*)$/s.exec(key) ?? [];
  return kind === undefined || name === undefined ? key : `${wordsOf[kind] ?? kind} ${name}`.trim();
}

const wordsOf: Readonly<Record<string, string>> = {
  path: 'what is at',
  file: 'content of',
  digest: 'content of',
  account: 'user',
  'apt-plan': 'what apt would do:',
  fact: 'the fact',
};
