import type { Event, FailureDetail, Result } from '../run/events/event.ts';
import { showDifference } from './difference.ts';
import { colourOf } from './status.ts';
import { harmless, indented, onOneLine, type Paint } from './style.ts';
import { jsonText } from './value.ts';
import type { ViewOptions } from './view.ts';

/** The view of `tsplay exec`: a line per host and, below it, what was found or done. Only that line is not indented:
 * no output can pass for the result of another host. */
export function oneTaskView({ paint, diff }: Pick<ViewOptions, 'paint' | 'diff'>): (event: Event) => string {
  return (event) => {
    if (event.event === 'warning') return `${paint(`warning: ${indented(event.message, 2)}`, 'magenta')}\n`;
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
  // a failed command's message is in its output
  const message = isCommand && failure?.code !== undefined ? '' : (result.message ?? '');
  const lines = [
    paint(`${head}${message === '' ? '' : ` | ${indented(message, 2)}`}`, colourOf(result.status)),
    ...(isCommand ? output(returned, failure) : findings(result, message, paint, diff)),
    ...(failure?.hint === undefined ? [] : [`  ${paint(`hint: ${indented(failure.hint, 4)}`, 'cyan')}`]),
    ...(result.warnings ?? []).map((warning) => `  ${paint(`warning: ${indented(warning, 4)}`, 'magenta')}`),
  ];
  return `${lines.join('\n')}\n`;
}

function output(returned: Readonly<Record<string, unknown>>, failure: FailureDetail | undefined): readonly string[] {
  return [returned['stdout'] ?? failure?.stdout, returned['stderr'] ?? failure?.stderr]
    .map((text) => (typeof text === 'string' && text.trim() !== '' ? `  ${indented(text.trimEnd(), 2)}` : ''))
    .filter((text) => text !== '');
}

/** For a module that is not a command: its differences or, without any, what it has found. */
function findings(result: Result, message: string, paint: Paint, diff: boolean): readonly string[] {
  if (result.differences.length > 0) return differences(result, paint, diff);
  return message === '' && result.returned ? data(result.returned) : [];
}

function differences(result: Result, paint: Paint, diff: boolean): readonly string[] {
  return result.differences.flatMap(({ what, from, to, ...rest }) => {
    if (result.diff ?? diff) return showDifference({ what, from, to, ...rest }, paint).map((line) => `  ${line}`);
    const values = result.diff === false ? '' : shortly(from, to);
    return [`  ${onOneLine(what)}${values}`];
  });
}

function shortly(from: string | null, to: string | null): string {
  const word = (text: string | null): string => (text === null ? 'nothing' : harmless(text));
  return /\n/.test(`${from}${to}`) || `${from}${to}`.length > 80 ? '' : `: ${word(from)} → ${word(to)}`;
}

/** What the module returns, one name per line. */
function data(returned: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(returned).map(([name, value]) => {
    const text = typeof value === 'string' ? value : jsonText(value, 2);
    return `  ${onOneLine(name)}: ${indented(text.trimEnd(), 2)}`;
  });
}
