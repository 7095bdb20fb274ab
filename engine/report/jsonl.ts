import type { Event } from '../run/events/event.ts';
import { jsonText } from './value.ts';

const forPeople: ReadonlySet<Event['event']> = new Set([
  'task-start',
  'warning',
  'connected',
  'question',
  'sent',
  'received',
]);

/**
 * The contract with other programs: one JSON object per line: run-start, play-start, result (one per loop item), recap.
 * Events that only help a person to follow the run (task-start, warning …) are left out.
 */
export function jsonLine(event: Event): string | undefined {
  return forPeople.has(event.event) ? undefined : `${jsonText(event)}\n`;
}
