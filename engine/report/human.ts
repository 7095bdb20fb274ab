import type { Event, FailureDetail, Recap, Result, Status } from '../run/events/event.ts';
import { formatPlace } from '../source/place.ts';
import { showDifference } from './difference.ts';
import { showProfile } from './profile.ts';
import { harmless, indented, onOneLine, type Paint } from './style.ts';
import { showTrip } from './trips.ts';

export interface HumanOptions {
  readonly paint: Paint;
  /** Show the differences of what changed. */
  readonly diff: boolean;
  /** 0: what changed, failed or is unknown; 1: ok and skipped results too; 2: with places and times; 3: and what goes to each host. */
  readonly verbosity: number;
  /** The width of the terminal, where one shows this: what is under way is shown on its last line. */
  readonly columns?: number;
}

const colours: Record<Status, Parameters<Paint>[1]> = {
  ok: 'green',
  changed: 'yellow',
  skipped: 'dim',
  failed: 'red',
  unreachable: 'red',
  unknown: 'magenta',
};

/** The view for a person: hosts with the same result share a line. Returns the text to print for each event. */
export function humanReporter(options: HumanOptions): (event: Event) => string {
  const report = lastingReport(options);
  return options.columns === undefined ? report : withLiveLine(report, options.paint, options.columns);
}

/** What is under way stands on the last line of a terminal until there is a result to put there. */
export function withLiveLine(
  report: (event: Event) => string,
  paint: Paint,
  columns: number,
): (event: Event) => string {
  const clear = '\r\u001B[K';
  let shown = false;
  return (event) => {
    const text = report(event);
    const under =
      event.event === 'task-start'
        ? `… ${onOneLine(event.task)}  (${hostList(event.hosts)})`.slice(0, columns - 1)
        : '';
    if (text === '' && under === '') return '';
    const before = shown ? clear : '';
    shown = under !== '';
    return before + text + (shown ? paint(under, 'dim') : '');
  };
}

function lastingReport(options: HumanOptions): (event: Event) => string {
  let results: Result[] = [];
  let title = '';
  let order: readonly string[] = [];
  let check = false;
  const flush = (): string => {
    const text =
      results.length > 0
        ? showTask(
            title,
            [...results].sort((a, b) => order.indexOf(a.host) - order.indexOf(b.host)),
            options,
          )
        : '';
    results = [];
    return text;
  };
  return (event) => {
    switch (event.event) {
      case 'run-start':
        check = event.check;
        return check ? `${options.paint('Check mode: nothing is changed on any host.', 'bold')}\n` : '';
      case 'play-start':
        return `${flush()}\n${options.paint(`PLAY ${onOneLine(event.play)}`, 'bold')}  ${options.paint(hostList(event.hosts), 'dim')}\n`;
      case 'task-start': {
        const done = flush();
        order = event.hosts;
        title = onOneLine(`${event.role === undefined ? '' : `${event.role} : `}${event.task}`);
        if (event.handler) title += ' (handler)';
        return options.verbosity < 3 ? done : `${done}▸ ${title}  ${options.paint(hostList(event.hosts), 'dim')}\n`;
      }
      case 'warning':
        return `${options.paint(`warning: ${indented(event.message, 2)}`, 'magenta')}\n`;
      case 'question':
        return `${flush()}${onOneLine(event.task)}  (${hostList(event.hosts)})\n  run it? (N)o, (y)es, (c)ontinue without asking: `;
      case 'sent':
      case 'received':
        return showTrip(event, options.paint);
      case 'result':
        results.push(event);
        return '';
      default:
        return flush() + showRecap(event, check, options.paint);
    }
  };
}

function hostList(hosts: readonly string[]): string {
  if (hosts.length === 0) return 'no hosts';
  return onOneLine(
    hosts.length > 8 ? `${hosts.slice(0, 6).join(', ')} and ${hosts.length - 6} more` : hosts.join(', '),
  );
}

function showTask(title: string, results: readonly Result[], options: HumanOptions): string {
  const lines: string[] = [];
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const quiet = result.status === 'ok' || result.status === 'skipped';
    if (quiet && options.verbosity < 1 && !(result.status === 'ok' && result.module === 'debug') && !result.warnings)
      continue;
    const key = JSON.stringify([
      result.status,
      result.ignored,
      result.item,
      withoutName(result),
      result.differences,
      result.failure,
      result.warnings,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  for (const group of groups.values()) lines.push(...showResult(group, options));
  const worst = worstOf(results);
  const mark = options.paint(
    worst === 'ok' ? '✓' : worst === 'skipped' ? '-' : worst === 'changed' ? '±' : worst === 'unknown' ? '?' : '✗',
    colours[worst],
  );
  const counts = lines.length === 0 ? options.paint(`  ${summary(results)}`, 'dim') : '';
  return [`${mark} ${title}${counts}`, ...lines, ''].join('\n');
}

/** What tells of a connection begins with the host's name, and what is unknown with that word: both stand beside it here. */
function withoutName({ host, status, message = '' }: Result): string {
  const before = status === 'unknown' ? 'unknown ' : `${host}: `;
  return message.startsWith(before) ? message.slice(before.length) : message;
}

function worstOf(results: readonly Result[]): Status {
  const order: readonly Status[] = ['unreachable', 'failed', 'unknown', 'changed', 'ok', 'skipped'];
  return order.find((status) => results.some((r) => r.status === status && !r.ignored)) ?? 'ok';
}

function summary(results: readonly Result[]): string {
  const statuses = [...new Set(results.map((r) => r.status))];
  return statuses
    .map((status) => `${status} on ${new Set(results.filter((r) => r.status === status).map((r) => r.host)).size}`)
    .join(', ');
}

function showResult(group: readonly Result[], options: HumanOptions): string[] {
  const first = group[0]!;
  const { paint } = options;
  const item = first.item === undefined ? '' : ` (${onOneLine(shortItem(first.item))})`;
  const delegated = first.delegatedTo === undefined ? '' : ` → ${onOneLine(first.delegatedTo)}`;
  const state = `${first.status}${first.ignored ? ', ignored' : ''}${first.rescued ? ', to be rescued' : ''}`;
  const failed = first.status === 'failed' || first.status === 'unreachable';
  const message = first.message === undefined || first.message === '' ? '' : `: ${indented(withoutName(first), 6)}`;
  const lines = [
    `    ${paint(state, colours[first.status])} ${onOneLine([...new Set(group.map((r) => r.host))].join(', '))}${delegated}${item}${message}`,
  ];
  if (failed) {
    lines.push(`      at ${formatPlace(first.place)}`);
    if (first.failure) lines.push(...showFailure(first.failure, paint));
  } else if (options.verbosity >= 2)
    lines.push(`      ${paint(`at ${formatPlace(first.place)}, ${first.milliseconds} ms`, 'dim')}`);
  for (const warning of first.warnings ?? [])
    lines.push(`      ${paint(`warning: ${indented(warning, 8)}`, 'magenta')}`);
  if (first.differences.length > 0) lines.push(...showDifferences(first, options));
  return lines;
}

function showDifferences(result: Result, options: HumanOptions): string[] {
  if (options.diff)
    return result.differences.flatMap((d) => showDifference(d, options.paint)).map((line) => `      ${line}`);
  const names = result.differences.map((d) =>
    d.from !== null && d.to !== null && (d.from + d.to).length <= 60 && !/\n/.test(d.from + d.to)
      ? `${d.what} ${d.from} → ${d.to}`
      : d.what,
  );
  return [`      ${options.paint(onOneLine(names.join(', ')), 'dim')}`];
}

function shortItem(item: unknown): string {
  const text = typeof item === 'string' ? item : (JSON.stringify(item) ?? String(item));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function showFailure(failure: FailureDetail, paint: Paint): string[] {
  const lines: string[] = [];
  const block = (label: string, text: string | undefined): void => {
    const shown = text === undefined ? '' : harmless(text).trimEnd();
    if (shown !== '') lines.push(`      ${label}:`, ...tail(shown.split('\n'), 40).map((line) => `        ${line}`));
  };
  if (failure.command !== undefined) lines.push(`      command: ${indented(failure.command, 8)}`);
  if (failure.code !== undefined) lines.push(`      exit code: ${failure.code}`);
  block('stderr', failure.stderr);
  block('stdout', failure.stdout);
  if (failure.hint !== undefined) lines.push(`      ${paint(`hint: ${indented(failure.hint, 8)}`, 'cyan')}`);
  return lines;
}

function tail(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [`… ${lines.length - most} lines before`, ...lines.slice(-most)];
}

function showRecap(recap: Recap, check: boolean, paint: Paint): string {
  const hosts = Object.entries(recap.hosts).map(([name, of]) => [onOneLine(name), of] as const);
  const width = Math.max(0, ...hosts.map(([name]) => name.length));
  const always = ['ok', 'changed', 'unreachable', 'failed'];
  const row = ([name, counts]: (typeof hosts)[number]): string => {
    const cells = Object.entries(counts)
      .filter(([status, n]: [string, number]) => n > 0 || always.includes(status))
      .map(([status, n]: [string, number]) => {
        const cell = `${status}=${n}`;
        const colour = status === 'rescued' || status === 'ignored' ? 'magenta' : colours[status as Status];
        return n > 0 ? paint(cell, colour) : paint(cell, 'dim');
      });
    return `${name.padEnd(width)}  ${cells.join('  ')}`;
  };
  const heading = paint(check ? 'RECAP (check mode: what would be)' : 'RECAP', 'bold');
  const profile = recap.profile ? showProfile(recap.profile) : '';
  return `\n${heading}\n${hosts.map(row).join('\n')}\n${profile}`;
}
