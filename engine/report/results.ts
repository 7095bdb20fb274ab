import type { FailureDetail, Result } from '../run/events/event.ts';
import { formatPlace } from '../source/place.ts';
import { showDifference } from './difference.ts';
import { colourOf, markOf, worstOf } from './status.ts';
import { harmless, indented, onOneLine, type Paint } from './style.ts';
import { itemText, jsonText } from './value.ts';
import type { ViewOptions } from './view.ts';

/** A task with the results of its hosts, those with the same result together. */
export function showTask(title: string, results: readonly Result[], options: ViewOptions): string {
  const lines: string[] = [];
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const quiet = result.status === 'ok' || result.status === 'skipped';
    if (quiet && options.verbosity < 1 && !(result.status === 'ok' && result.module === 'debug') && !result.warnings)
      continue;
    const key = jsonText([
      result.status,
      result.ignored,
      result.item,
      withoutName(result),
      result.differences,
      result.diff,
      result.failure,
      result.warnings,
    ]);
    const group = groups.get(key) ?? [];
    group.push(result);
    groups.set(key, group);
  }
  for (const group of groups.values()) lines.push(...showResult(group, options));
  const worst = worstOf(results.filter(({ ignored }) => !ignored).map(({ status }) => status));
  const mark =
    worstOf([worst, 'unknown']) === 'unknown' && worst !== 'unknown' && results.some(({ ignored }) => ignored)
      ? options.paint('!', 'magenta') // a failure stands below
      : options.paint(markOf(worst), colourOf(worst));
  const counts = lines.length === 0 ? options.paint(`  ${summary(results)}`, 'dim') : '';
  return [`${mark} ${title}${counts}`, ...lines, ''].join('\n');
}

/** A message without what is shown beside it anyway: the host's name before a connection error, the word before an unknown. */
function withoutName({ host, status, message = '' }: Result): string {
  const before = status === 'unknown' ? 'unknown ' : `${host}: `;
  return message.startsWith(before) ? message.slice(before.length) : message;
}

function summary(results: readonly Result[]): string {
  const statuses = [...new Set(results.map((r) => r.status))];
  return statuses
    .map((status) => `${status} on ${new Set(results.filter((r) => r.status === status).map((r) => r.host)).size}`)
    .join(', ');
}

function showResult(group: readonly Result[], options: ViewOptions): string[] {
  const first = group[0]!;
  const { paint } = options;
  const item = first.item === undefined ? '' : ` (${itemText(first.item)})`;
  const delegated = first.delegatedTo === undefined ? '' : ` → ${onOneLine(first.delegatedTo)}`;
  const state = `${first.status}${first.ignored ? ', ignored' : ''}${first.rescued ? ', to be rescued' : ''}`;
  const failed = first.status === 'failed' || first.status === 'unreachable';
  const message = first.message === undefined || first.message === '' ? '' : `: ${indented(withoutName(first), 6)}`;
  const lines = [
    `    ${paint(state, colourOf(first.status))} ${onOneLine([...new Set(group.map((r) => r.host))].join(', '))}${delegated}${item}${message}`,
  ];
  if (failed) {
    lines.push(`      at ${onOneLine(formatPlace(first.place))}`);
    if (first.failure) lines.push(...showFailure(first.failure, paint));
  } else if (options.verbosity >= 2)
    lines.push(`      ${paint(`at ${onOneLine(formatPlace(first.place))}, ${first.milliseconds} ms`, 'dim')}`);
  for (const warning of first.warnings ?? [])
    lines.push(`      ${paint(`warning: ${indented(warning, 8)}`, 'magenta')}`);
  if (first.differences.length > 0) lines.push(...showDifferences(first, options));
  return lines;
}

function showDifferences(result: Result, options: ViewOptions): string[] {
  if (result.diff ?? options.diff)
    return result.differences.flatMap((d) => showDifference(d, options.paint)).map((line) => `      ${line}`);
  const names = result.differences.map((d) =>
    d.from !== null && d.to !== null && (d.from + d.to).length <= 60 && !/\n/.test(d.from + d.to)
      ? `${d.what} ${d.from} → ${d.to}`
      : d.what,
  );
  return [`      ${options.paint(onOneLine(names.join(', ')), 'dim')}`];
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
  return lines.length <= most ? lines : [`… ${lines.length - most} lines omitted`, ...lines.slice(-most)];
}
