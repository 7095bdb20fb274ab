import type { Event } from '../execute/event.ts';

/**
 * The contract with other programs: one JSON object a line: run-start, play-start, result (one for each loop item), recap.
 * What only a person watches for (task-start, warning) stays out.
 */
export function jsonLine(event: Event): string | undefined {
  if (event.event === 'task-start' || event.event === 'warning') return undefined;
  return `${JSON.stringify(event)}\n`;
}
