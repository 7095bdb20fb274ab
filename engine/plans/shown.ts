import type { Difference } from '../module/module.ts';
import { maskDifference } from '../run/events/redact.ts';
import type { Secrets } from '../vault/redaction.ts';

/**
 * A difference as a plan stores it: without its secrets, and without fingerprints, which can be compared within a run only.
 */
export function shownDifference(difference: Difference, secrets: Secrets): Difference {
  const masked = maskDifference(difference, secrets);
  const kept = (text: string | null): string | null =>
    text?.replaceAll(/, fingerprint [0-9a-f]{16}/g, '').replaceAll(/\bfingerprint [0-9a-f]{16}/g, 'content') ?? null;
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
