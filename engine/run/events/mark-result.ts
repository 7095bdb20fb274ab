import { isMap } from '../../expressions/member.ts';
import type { Secrets } from '../../vault/redaction.ts';
import type { TaskResult } from '../types.ts';

/** Fields that say where and what something is, not what is in it. */
const open = new Set([
  'name',
  'path',
  'dest',
  'src',
  'state',
  'owner',
  'group',
  'mode',
  'start',
  'end',
  'delta',
  'url',
]);
/** Shorter texts are words: `ok`, `running`. */
const shortest = 8;

/**
 * Marks what a result holds that must not be seen where the playbook uses it later: with no_log the content that the task
 * returned and the facts that it set, and always the digest of a file that not everyone may read: a short content could be guessed.
 */
export function markResult({ result, facts }: TaskResult, noLog: boolean, secrets: Secrets): void {
  if (noLog) for (const value of [result, facts]) markTexts(value, secrets, new Set());
  if (result) markDigests(result, secrets);
}

function markTexts(value: unknown, secrets: Secrets, seen: Set<unknown>): void {
  if (typeof value === 'string' && value.trim().length >= shortest) secrets.add(value);
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  for (const [key, inner] of Object.entries(value)) if (!open.has(key)) markTexts(inner, secrets, seen);
}

function markDigests(result: Readonly<Record<string, unknown>>, secrets: Secrets): void {
  for (const of of [result, result['stat']]) {
    if (!isMap(of) || typeof of['mode'] !== 'string' || (Number.parseInt(of['mode'], 8) & 0o004) !== 0) continue;
    if (typeof of['checksum'] === 'string') secrets.addDigest(of['checksum']);
  }
}
