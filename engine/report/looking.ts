import type { Event } from '../run/events/event.ts';
import { withLiveLine } from './human.ts';
import { indented, paintFor } from './style.ts';

/** The view of a look at all hosts whose result is shown when it is there: warnings, and on a terminal what is under way. */
export function lookingReporter(stream: NodeJS.WriteStream): (event: Event) => string {
  const paint = paintFor(stream);
  const warnings = (event: Event): string =>
    event.event === 'warning' ? `${paint(`warning: ${indented(event.message, 2)}`, 'magenta')}\n` : '';
  if (!stream.isTTY || process.env['TERM'] === 'dumb') return warnings;
  return withLiveLine(warnings, paint, stream.columns);
}
