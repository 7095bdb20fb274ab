import type { Event } from '../run/events/event.ts';
import { hostList, indented, onOneLine, type Paint } from './style.ts';
import type { View, ViewOptions } from './view.ts';

/** Keeps the running task on the last line of a terminal until there is something to print in its place. */
export function withLiveLine(report: (event: Event) => string, { paint, columns }: ViewOptions): View {
  if (columns === undefined) return report;
  const clear = '\r\u001B[K';
  let shown = false;
  return (event) => {
    const text = report(event);
    const running =
      event.event === 'task-start'
        ? `… ${onOneLine(event.task)}  (${hostList(event.hosts)})`.slice(0, columns - 1)
        : '';
    if (text === '' && running === '') return '';
    const before = shown ? clear : '';
    shown = running !== '';
    return before + text + (shown ? paint(running, 'dim') : '');
  };
}

/** The view of a check whose result is printed when it is complete: warnings and, on a terminal, the running task. */
export function progressView(options: ViewOptions): View {
  return withLiveLine((event) => (event.event === 'warning' ? showWarning(event.message, options.paint) : ''), options);
}

export function showWarning(message: string, paint: Paint): string {
  return `${paint(`warning: ${indented(message, 2)}`, 'magenta')}\n`;
}
