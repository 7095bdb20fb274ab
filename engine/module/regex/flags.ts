import type { Source } from './source.ts';
import { type Flags, RegexError } from './tree.ts';

type Change = Partial<Record<keyof Flags, boolean>>;

/** The flags of `(?i)`, for the whole pattern, or of `(?i-m:…)`, for a body that follows. `sign` is the first character after the question mark. */
export function groupFlags(
  source: Source,
  sign: string,
  at: number,
): { readonly flags: Change; readonly body: boolean } {
  if (!/^[aiLmsux-]$/.test(sign)) throw new RegexError(`unknown extension ?${sign}`, at + 1);
  const on: string[] = [];
  const off: string[] = [];
  let next: string | undefined = sign;
  while (next !== '-') {
    on.push(next);
    if (next === 'L') throw new RegexError("bad inline flags: cannot use 'L' flag with a str pattern", source.at);
    if (on.includes('a') && on.includes('u'))
      throw new RegexError("bad inline flags: flags 'a', 'u' and 'L' are incompatible", source.at);
    next = expectFlag(source, ')-:', 'missing -, : or )');
    if (next === ')' || next === ':') return { flags: changeOf(on, off), body: next === ':' };
  }
  next = expectFlag(source, '', 'missing flag');
  while (next !== ':') {
    off.push(next);
    if (/^[aLu]$/.test(next))
      throw new RegexError("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", source.at);
    next = expectFlag(source, ':', 'missing :');
  }
  if (on.some((flag) => off.includes(flag)))
    throw new RegexError('bad inline flags: flag turned on and off', source.at);
  return { flags: changeOf(on, off), body: true };
}

function expectFlag(source: Source, ends: string, missing: string): string {
  const at = source.at;
  const next = source.take();
  if (next !== undefined && (/^[aiLmsux]$/.test(next) || (next.length === 1 && ends.includes(next)))) return next;
  throw new RegexError(next !== undefined && /^\p{L}/u.test(next) ? 'unknown flag' : missing, at);
}

function changeOf(on: readonly string[], off: readonly string[]): Change {
  const change: Change = {};
  for (const flag of on) change[(flag === 'u' ? 'a' : flag) as keyof Flags] = flag !== 'u';
  for (const flag of off) change[flag as keyof Flags] = false;
  return change;
}
