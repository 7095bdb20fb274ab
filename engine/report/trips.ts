import type { Received, Sent } from '../run/events/event.ts';
import { harmless, onOneLine, type Paint } from './style.ts';

/** What goes to a host, and that it came back: told at once, so that one sees what a host hangs on. */
export function showTrip(trip: Sent | Received, paint: Paint): string {
  if (trip.event === 'sent') {
    const who = trip.user === undefined ? trip.host : `${trip.host} (${trip.user})`;
    return trip.scripts.map((script) => paint(`    ${onOneLine(who)} $ ${oneScript(script)}\n`, 'dim')).join('');
  }
  const failed = trip.codes.some((code) => code !== 0) ? `, exit ${trip.codes.join(', ')}` : '';
  return paint(`    ${onOneLine(trip.host)} → ${trip.milliseconds} ms${failed}\n`, 'dim');
}

const most = 20;

function oneScript(script: string): string {
  const lines = harmless(script.trim()).split('\n');
  const shown = lines.length > most ? [...lines.slice(0, most), `… ${lines.length - most} lines more`] : lines;
  return shown.join('\n        ');
}
