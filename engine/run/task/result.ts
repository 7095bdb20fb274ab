import { type Condition, TemplateError } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import type { AnyModule } from '../../module/module.ts';
import { UnquotableText } from '../../module/quote.ts';
import { Unknown, UnknownValue } from '../../module/unknown.ts';
import { frameIn, originOf } from '../../project/locate.ts';
import { type Diagnostic, InvalidInput } from '../../source/diagnostic.ts';
import { formatPlace } from '../../source/place.ts';
import { systemProblem } from '../../source/system-error.ts';
import { BecomeFailed, Unreachable } from '../../transport/types.ts';
import type { FailureDetail, Status } from '../events/event.ts';
import { Refused } from '../policy.ts';
import type { HostState, Step, TaskResult, TaskSettings } from '../types.ts';
import { Interrupted } from './deadline.ts';
import { hintFor, runAgain } from './hints.ts';

export const skipped = (message: string): TaskResult => ({ status: 'skipped', differences: [], message });

/** The result of a step that one of its conditions keeps from running. */
export const skippedFor = ({ source }: Pick<Condition, 'source'>): TaskResult => skipped(`when: ${source} is false`);

export const unknown = (reason: string): TaskResult => ({
  status: 'unknown',
  differences: [],
  message: `unknown ${reason}`,
});

/** Whether something thrown is a problem of a host or a playbook, and not a bug. */
export const isTrouble = (error: unknown): boolean =>
  [Unreachable, BecomeFailed, TaskFailure, TemplateError].some((kind) => error instanceof kind);

/**
 * The result of something thrown. An error that is not made for people is a bug: of the module if it is the project's own
 * and appears in the stack, otherwise ours; it is shown with its stack.
 */
export function resultOfError(error: unknown, module?: AnyModule): TaskResult {
  // A wait that ended with its signal: the signal's reason says why.
  if (error instanceof Error && error.name === 'AbortError' && error.cause) return resultOfError(error.cause, module);
  if (error instanceof UnknownValue) return unknown(error.reason);
  if (error instanceof Interrupted) return skipped(error.message);
  if (error instanceof Unreachable)
    return { ...failed(error.message, { hint: error.hint ?? runAgain }), status: 'unreachable' };
  if (error instanceof TemplateError) return failed(`${error.message} (${formatPlace(error.place)})`, hintOf(error));
  if (error instanceof Refused) return { ...failed(error.message, hintOf(error)), refused: true };
  if (error instanceof TaskFailure)
    return { ...failed(error.message, detailOf(error)), ...(error.result && { result: error.result }) };
  if (error instanceof BecomeFailed) return failed(error.message, hintOf(error));
  if (error instanceof UnquotableText) return failed(error.message);
  if (error instanceof InvalidInput) return failed(error.diagnostics.map(lineOf).join('; '));
  if (error instanceof AggregateError && error.errors.length > 0) {
    const [first, ...others] = error.errors.map((one) => resultOfError(one, module));
    return others.length === 0
      ? first!
      : { ...first!, message: [first!, ...others].map((one) => one.message).join('; ') };
  }
  const refused = systemProblem(error);
  if (refused !== undefined) return failed(`on this machine: ${refused}`);
  const bug = error instanceof Error ? error : new Error(String(error));
  const file = module && originOf(module);
  const frame = file === undefined ? undefined : frameIn(bug.stack ?? '', file);
  if (module && frame)
    return failed(`a bug in the module '${module.name}' (${formatPlace(frame.place)}): ${bug.message}`, {
      stderr: frame.stack,
      hint: 'throw what a person should correct as a TaskFailure',
    });
  return failed(`a bug in tsplay or a module: ${bug.message}`, {
    stderr: bug.stack ?? '',
    hint: 'please report it with this text',
  });
}

function failed(message: string, failure?: FailureDetail): TaskResult {
  return { status: 'failed', differences: [], message, ...(failure && { failure }) };
}

function hintOf({ hint }: { readonly hint?: string }): FailureDetail | undefined {
  return hint === undefined ? undefined : { hint };
}

function lineOf({ message, place }: Diagnostic): string {
  return place ? `${message} (${formatPlace(place)})` : message;
}

function detailOf(error: TaskFailure): FailureDetail {
  const { command, output } = error;
  const hint = hintFor(error);
  return {
    ...(command !== undefined && { command }),
    ...(output && { code: output.code, stdout: output.stdout, stderr: output.stderr }),
    ...(hint !== undefined && { hint }),
  };
}

/** Why a result is unknown, as a clause. */
export function reasonOf(result: TaskResult): string {
  return (result.message ?? '').replace(/^unknown /, '');
}

export const hasChanged = ({ status, changed }: TaskResult): boolean => status === 'changed' || changed === true;

/** With ignore_errors or ignore_unreachable. */
export function ignoredOrNot(result: TaskResult, settings: TaskSettings): TaskResult {
  if (result.refused) return result;
  const ignored =
    (result.status === 'failed' && settings.ignoreErrors) ||
    (result.status === 'unreachable' && settings.ignoreUnreachable);
  return ignored ? { ...result, ignored } : result;
}

/** What `register` stores. */
export function registered(result: TaskResult): Record<string, unknown> | Unknown {
  if (result.status === 'unknown') return new Unknown(reasonOf(result));
  if (result.unknownResult !== undefined) return new Unknown(result.unknownResult);
  return {
    msg: result.message ?? '',
    ...result.result,
    changed: hasChanged(result),
    failed: result.status === 'failed',
    skipped: result.status === 'skipped',
    unreachable: result.status === 'unreachable',
    differences: result.differences,
    ...(result.attempts !== undefined && { attempts: result.attempts }),
  };
}

/** The result of a loop from those of its items: the worst counts. */
export function combine(results: readonly TaskResult[]): TaskResult {
  const order: readonly Status[] = ['unreachable', 'failed', 'unknown', 'changed', 'ok', 'skipped'];
  const status = order.find((s) => results.some((o) => o.status === s)) ?? 'skipped';
  const worst = results.find((o) => o.status === status);
  const unknownResult = results.find((o) => o.unknownResult !== undefined)?.unknownResult;
  const ignored = status === 'failed' && results.filter((o) => o.status === 'failed').every((o) => o.ignored);
  return {
    status,
    differences: results.flatMap((o) => o.differences),
    ...(worst?.message !== undefined && { message: worst.message }),
    ...(ignored && { ignored }),
    ...(results.every(({ given }) => given) && { given: true }),
    ...(results.some(hasChanged) && { changed: true }),
    ...(unknownResult !== undefined && { unknownResult }),
  };
}

/** What this machine itself has answered, by its own name, is the user's; so is what set_fact makes of the user's own texts. */
export function isGiven({ task, scope }: Step, { name }: HostState): boolean {
  if (['localhost', '127.0.0.1', '::1'].includes(name)) return true;
  return task.module.setsVariables === true && ![...task.args.values()].some((t) => scope.fromHosts(t.references));
}

/** For what only decorates: an error in it must not hide the result. */
export function safely<T>(evaluateIt: () => T): T | undefined {
  try {
    return evaluateIt();
  } catch {
    return undefined;
  }
}
