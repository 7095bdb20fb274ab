import type { Status } from '../run/events/event.ts';
import type { Style } from './style.ts';

/** How each status is shown, the worst first. */
const statuses: Readonly<Record<Status, { readonly colour: Style; readonly mark: string }>> = {
  unreachable: { colour: 'red', mark: '✗' },
  failed: { colour: 'red', mark: '✗' },
  unknown: { colour: 'magenta', mark: '?' },
  changed: { colour: 'yellow', mark: '±' },
  ok: { colour: 'green', mark: '✓' },
  skipped: { colour: 'dim', mark: '-' },
};

export function colourOf(status: Status): Style {
  return statuses[status].colour;
}

export function markOf(status: Status): string {
  return statuses[status].mark;
}

/** The worst of them; `ok` if there are none. */
export function worstOf(all: Iterable<Status>): Status {
  const found = new Set(all);
  return (Object.keys(statuses) as Status[]).find((status) => found.has(status)) ?? 'ok';
}
