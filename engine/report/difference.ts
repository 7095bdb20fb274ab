import { createTwoFilesPatch } from 'diff';
import type { Difference } from '../module/module.ts';
import { harmless, onOneLine, type Paint } from './style.ts';

/** A difference for a person: one line for a setting, a unified diff for texts of several lines. */
export function showDifference(difference: Difference, paint: Paint): readonly string[] {
  const { from, to } = difference;
  const what = onOneLine(difference.what);
  if (from?.includes('\n') || to?.includes('\n')) return unified(what, from ?? '', to ?? '', paint);
  if (from === null) return [`${what}: ${paint(`+ ${harmless(to ?? '')}`, 'green')}`];
  if (to === null) return [`${what}: ${paint(`- ${harmless(from)}`, 'red')}`];
  return [`${what}: ${paint(harmless(from), 'red')} → ${paint(harmless(to), 'green')}`];
}

function unified(what: string, from: string, to: string, paint: Paint): string[] {
  const patch = createTwoFilesPatch(`${what} (now)`, `${what} (then)`, from, to, '', '', { context: 3 });
  const lines = patch.split('\n').slice(1); // without the line of equals signs
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    const text = harmless(line.replaceAll('\r', String.raw`\r`)); // it may be the only difference
    if (line.startsWith('+')) return paint(text, 'green');
    if (line.startsWith('-')) return paint(text, 'red');
    return line.startsWith('@@') ? paint(text, 'cyan') : text;
  });
}
