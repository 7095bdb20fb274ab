import type { Event } from '../run/events/event.ts';

const forPeople: ReadonlySet<Event['event']> = new Set(['task-start', 'warning', 'question', 'sent', 'received']);

/**
 * The contract with other programs: one JSON object a line: run-start, play-start, result (one for each loop item), recap.
 * What only a person watches for (task-start, warning) stays out.
 */
export function jsonLine(event: Event): string | undefined {
  if (forPeople.has(event.event)) return undefined;
  return `${JSON.stringify(event)}\n`;
}
