import type { Event, Received, Result, Sent, TaskStart } from '../run/events/event.ts';
import { showWarning, withLiveLine } from './live.ts';
import { showRecap } from './recap.ts';
import { showTask } from './results.ts';
import { harmless, hostList, onOneLine, type Paint } from './style.ts';
import { TaskGroups, titleOf } from './task-groups.ts';
import type { View, ViewOptions } from './view.ts';

/** The view for a person: hosts with the same result share a line. */
export function humanView(options: ViewOptions): View {
  return withLiveLine(lastingReport(options), options);
}

/** What stays on the screen. */
function lastingReport(options: ViewOptions): (event: Event) => string {
  const { paint, verbosity } = options;
  const tasks = new TaskGroups();
  let check = false;
  const show = (groups: ReturnType<TaskGroups['takeAll']>): string =>
    groups.map(({ title, results }) => showTask(title, results, options)).join('');
  const started = (event: TaskStart): string => {
    const done = show(tasks.start(event));
    return verbosity < 3 ? done : `${done}▸ ${titleOf(event)}  ${paint(hostList(event.hosts), 'dim')}\n`;
  };
  const recorded = (event: Result): string => {
    tasks.add(event);
    return '';
  };
  return (event) => {
    switch (event.event) {
      case 'run-start':
        check = event.check;
        return check ? `${paint('Check mode: nothing is changed on any host.', 'bold')}\n` : '';
      case 'play-start': {
        const done = show(tasks.startPlay(event.hosts));
        return `${done}\n${paint(`PLAY ${onOneLine(event.play)}`, 'bold')}  ${paint(hostList(event.hosts), 'dim')}\n`;
      }
      case 'task-start':
        return started(event);
      case 'warning':
        return showWarning(event.message, paint);
      case 'connected':
        return verbosity < 1 ? '' : paint(`  ${onOneLine(event.host)} ${onOneLine(event.message)}\n`, 'dim');
      case 'question':
        return `${show(tasks.takeAll())}${onOneLine(event.task)}  (${hostList(event.hosts)})\n  run it? (N)o, (y)es, (c)ontinue without asking: `;
      case 'sent':
      case 'received':
        return showTrip(event, paint);
      case 'result':
        return recorded(event);
      default:
        return show(tasks.takeAll()) + showRecap(event, check, paint);
    }
  };
}

/** What is sent to a host, and that the answer arrived: printed at once, to show what a host is waiting for. */
function showTrip(trip: Sent | Received, paint: Paint): string {
  if (trip.event === 'sent') {
    const who = trip.user === undefined ? trip.host : `${trip.host} (${trip.user})`;
    return trip.scripts.map((script) => paint(`    ${onOneLine(who)} $ ${scriptText(script)}\n`, 'dim')).join('');
  }
  const failed = trip.codes.some((code) => code !== 0) ? `, exit ${trip.codes.join(', ')}` : '';
  return paint(`    ${onOneLine(trip.host)} → ${trip.milliseconds} ms${failed}\n`, 'dim');
}

const mostLines = 20;

function scriptText(script: string): string {
  const lines = harmless(script.trim()).split('\n');
  const hidden = lines.length - mostLines;
  return (hidden > 0 ? [...lines.slice(0, mostLines), `… ${hidden} more lines`] : lines).join('\n        ');
}
