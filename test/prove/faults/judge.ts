import type { Result } from '../../../engine/run/events/event.ts';
import type { Fault } from './kinds.ts';

/** What is wrong with how a run has told of a fault: it must say what, where and what to do. */
export function judge(fault: Fault, failures: readonly Result[], exit: number | undefined): string[] {
  const problems: string[] = [];
  if (fault.harmless) problems.push('the run does not bear it');
  if (exit === undefined) problems.push('the controller died');
  if (failures.length === 0) problems.push('no result tells of it');
  for (const result of failures) {
    const { message = '', failure, place, status, task } = result;
    const text = [message, failure?.stderr ?? ''].join(' ');
    const wrong = (what: string): void => void problems.push(`${task}: ${what}: ${JSON.stringify(message)}`);
    if (message === '') wrong('no message');
    if (/a bug in|undefined|\[object|NaN|\n\s+at /.test(message)) wrong('not for a reader');
    if (fault.says && !fault.says.test(text)) wrong('does not say what is wrong');
    if ((failure?.hint ?? '') === '') wrong('no hint');
    if (!(place.line > 0)) wrong('no place');
    if (exit !== (status === 'unreachable' ? 4 : 2)) wrong(`exit code ${exit}`);
  }
  return problems;
}
