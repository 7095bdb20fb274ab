import type { Result } from '../../../engine/run/events/event.ts';
import type { Fault } from './kinds.ts';

/** What is wrong with how a run has told of a fault: it must say what, where and what to do. */
export function judge(fault: Fault, host: string, failures: readonly Result[], exit: number | undefined): string[] {
  const problems: string[] = [];
  if (fault.harmless) problems.push('the run does not bear it');
  if (exit === undefined) problems.push('the controller died');
  if (failures.length === 0) problems.push('no result tells of it');
  const expected = codeOf(failures);
  if (exit !== undefined && failures.length > 0 && exit !== expected)
    problems.push(`the exit code is ${exit}, not ${expected}`);
  for (const result of failures) {
    const { message = '', failure, place, task } = result;
    const text = [message, failure?.stderr ?? '', failure?.hint ?? ''].join(' ');
    const wrong = (what: string): void => void problems.push(`${task}: ${what}: ${JSON.stringify(message)}`);
    if (message === '') wrong('no message');
    if (/a bug in|undefined|\[object|NaN|\n\s+at /.test(message)) wrong('not for a reader');
    // Other hosts may fail because this one does.
    if (fault.says && result.host === host && !fault.says.test(text)) wrong('does not say what is wrong');
    if ((failure?.hint ?? '') === '') wrong('no hint');
    if (!(place.line > 0)) wrong('no place');
  }
  return problems;
}

/** 2: something failed, 4: a host was unreachable, 6: both. */
function codeOf(failures: readonly Result[]): number {
  const some = (status: Result['status']): boolean => failures.some((result) => result.status === status);
  return (some('failed') ? 2 : 0) + (some('unreachable') ? 4 : 0);
}
