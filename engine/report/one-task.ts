import type { Event, FailureDetail, Result, Status } from '../run/events/event.ts';
import { showDifference } from './difference.ts';
import { harmless, onOneLine, type Paint } from './style.ts';

export interface OneTaskOptions {
  readonly paint: Paint;
  /** Show differences in full. */
  readonly diff: boolean;
}

const colours: Record<Status, Parameters<Paint>[1]> = {
  ok: 'green',
  changed: 'yellow',
  skipped: 'dim',
  failed: 'red',
  unreachable: 'red',
  unknown: 'magenta',
};

/** The view of `tsplay exec`: for each host a line, and below it what came of it: the output of a command as it is. */
export function oneTaskReporter({ paint, diff }: OneTaskOptions): (event: Event) => string {
  return (event) => {
    if (event.event === 'warning') return `${paint(`warning: ${harmless(event.message)}`, 'magenta')}\n`;
    return event.event === 'result' ? show(event, paint, diff) : '';
  };
}

function show(result: Result, paint: Paint, diff: boolean): string {
  const { returned = {}, failure } = result;
  const code = returned['rc'] ?? failure?.code;
  const isCommand = typeof returned['stdout'] === 'string' || failure?.stdout !== undefined;
  const head = [onOneLine(result.host), result.status, ...(typeof code === 'number' ? [`exit code ${code}`] : [])].join(
    ' | ',
  );
  // what a command that failed says stands in its output
  const said = isCommand && failure?.code !== undefined ? '' : (result.message ?? '');
  const lines = [
    paint(`${head}${said === '' ? '' : ` | ${harmless(said)}`}`, colours[result.status]),
    ...(isCommand ? output(returned, failure) : saidOf(result, said, paint, diff)),
    ...(failure?.hint === undefined ? [] : [paint(`hint: ${harmless(failure.hint)}`, 'cyan')]),
    ...(result.warnings ?? []).map((warning) => paint(`warning: ${harmless(warning)}`, 'magenta')),
  ];
  return `${lines.join('\n')}\n`;
}

function output(returned: Readonly<Record<string, unknown>>, failure: FailureDetail | undefined): readonly string[] {
  return [returned['stdout'] ?? failure?.stdout, returned['stderr'] ?? failure?.stderr]
    .map((text) => (typeof text === 'string' ? harmless(text).trimEnd() : ''))
    .filter((text) => text !== '');
}

/** What is not done tells what it has found. */
function saidOf(result: Result, said: string, paint: Paint, diff: boolean): readonly string[] {
  if (result.differences.length > 0) return differences(result, paint, diff);
  return said === '' && result.returned ? data(result.returned) : [];
}

function differences(result: Result, paint: Paint, diff: boolean): readonly string[] {
  return result.differences.flatMap((difference) =>
    diff
      ? showDifference(difference, paint).map((line) => `  ${line}`)
      : [`  ${harmless(difference.what)}${shortly(difference.from, difference.to)}`],
  );
}

function shortly(from: string | null, to: string | null): string {
  const word = (text: string | null): string => (text === null ? 'nothing' : harmless(text));
  return /\n/.test(`${from}${to}`) || `${from}${to}`.length > 80 ? '' : `: ${word(from)} → ${word(to)}`;
}

/** What the module gives back, a name a line. */
function data(returned: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(returned).map(([name, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
    return `  ${onOneLine(name)}: ${harmless(text).trimEnd().replaceAll('\n', '\n  ')}`;
  });
}
