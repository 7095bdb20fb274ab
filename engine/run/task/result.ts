import { type Condition, TemplateError } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import type { AnyModule, Difference } from '../../module/module.ts';
import { Unknown } from '../../module/unknown.ts';
import type { VariableLayer } from '../../playbook/types.ts';
import { frameIn, originOf } from '../../project/locate.ts';
import { formatPlace } from '../../source/place.ts';
import { BecomeFailed, Unreachable } from '../../transport/types.ts';
import type { FailureDetail, Status } from '../events/event.ts';
import { Refused } from '../policy.ts';

/** What one task came to on one host (or for one item of its loop). */
export interface Outcome {
  readonly status: Status;
  readonly differences: readonly Difference[];
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly failure?: FailureDetail;
  /** Failed, but ignore_errors holds. */
  readonly ignored?: boolean;
  /** Failed, for a guard does not let it change anything: nothing rescues or ignores that. */
  readonly refused?: true;
  /** Failed, but not before it had changed something: a command that ran, items of a loop. */
  readonly changed?: boolean;
  /** Fields of the registered result that the module gave. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** In check mode: it would run, and until when it cannot be known what it would give back. */
  readonly unknownResult?: string;
  /** Variables that the host has from here on. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Files of variables that the host has from here on (include_vars). */
  readonly variables?: VariableLayer;
}

export const skipped = (message: string): Outcome => ({ status: 'skipped', differences: [], message });

/** Of a step that one of its conditions keeps from running. */
export const skippedFor = ({ source }: Pick<Condition, 'source'>): Outcome => skipped(`when: ${source} is false`);

export const unknown = (reason: string): Outcome => ({
  status: 'unknown',
  differences: [],
  message: `unknown ${reason}`,
});

/** Whether something thrown is a host's or a playbook's trouble, and no bug. */
export const isTrouble = (error: unknown): boolean =>
  [Unreachable, BecomeFailed, TaskFailure, TemplateError].some((kind) => error instanceof kind);

/**
 * The outcome of something thrown. What is not meant for people is a bug: of the module where it is the project's own and
 * stands in the stack, else of ours, and says so with its stack.
 */
export function outcomeOf(error: unknown, module?: AnyModule): Outcome {
  if (error instanceof Unreachable)
    return {
      status: 'unreachable',
      differences: [],
      message: error.message,
      ...(error.hint !== undefined && { failure: { hint: error.hint } }),
    };
  if (error instanceof TemplateError) {
    const message = `${error.message} (${formatPlace(error.place)})`;
    return {
      status: 'failed',
      differences: [],
      message,
      ...(error.hint !== undefined && { failure: { hint: error.hint } }),
    };
  }
  if (error instanceof Refused)
    return {
      status: 'failed',
      differences: [],
      message: error.message,
      failure: { hint: error.hint },
      refused: true,
    };
  if (error instanceof TaskFailure)
    return {
      status: 'failed',
      differences: [],
      message: error.message,
      failure: detailOf(error),
      ...(error.result && { result: error.result }),
    };
  if (error instanceof BecomeFailed)
    return {
      status: 'failed',
      differences: [],
      message: error.message,
      ...(error.hint !== undefined && { failure: { hint: error.hint } }),
    };
  const bug = error instanceof Error ? error : new Error(String(error));
  const file = module && originOf(module);
  const frame = file === undefined ? undefined : frameIn(bug.stack ?? '', file);
  if (module && frame)
    return {
      status: 'failed',
      differences: [],
      message: `a bug in the module '${module.name}' (${formatPlace(frame.place)}): ${bug.message}`,
      failure: { stderr: frame.stack, hint: 'what a person should mend is thrown as a TaskFailure' },
    };
  return {
    status: 'failed',
    differences: [],
    message: `a bug in tsplay or a module: ${bug.message}`,
    failure: { stderr: bug.stack ?? '', hint: 'please report it with this text' },
  };
}

function detailOf(error: TaskFailure): FailureDetail {
  const { command, output, hint } = error;
  return {
    ...(command !== undefined && { command }),
    ...(output && { code: output.code, stdout: output.stdout, stderr: output.stderr }),
    ...(hint !== undefined && { hint }),
  };
}

/** Why an outcome is unknown, as a clause. */
export function reasonOf(outcome: Outcome): string {
  return (outcome.message ?? '').replace(/^unknown /, '');
}

export const hasChanged = ({ status, changed }: Outcome): boolean => status === 'changed' || changed === true;

/** What `register` stores. */
export function registered(outcome: Outcome, attempts?: number): Record<string, unknown> | Unknown {
  if (outcome.status === 'unknown') return new Unknown(reasonOf(outcome));
  if (outcome.unknownResult !== undefined) return new Unknown(outcome.unknownResult);
  return {
    msg: outcome.message ?? '',
    ...outcome.result,
    changed: hasChanged(outcome),
    failed: outcome.status === 'failed',
    skipped: outcome.status === 'skipped',
    unreachable: outcome.status === 'unreachable',
    differences: outcome.differences,
    ...(attempts !== undefined && { attempts }),
  };
}

/** The result of a loop from those of its items: the worst counts. */
export function combine(outcomes: readonly Outcome[]): Outcome {
  const order: readonly Status[] = ['unreachable', 'failed', 'unknown', 'changed', 'ok', 'skipped'];
  const status = order.find((s) => outcomes.some((o) => o.status === s)) ?? 'skipped';
  const worst = outcomes.find((o) => o.status === status);
  const unknownResult = outcomes.find((o) => o.unknownResult !== undefined)?.unknownResult;
  const ignored = status === 'failed' && outcomes.filter((o) => o.status === 'failed').every((o) => o.ignored);
  return {
    status,
    differences: outcomes.flatMap((o) => o.differences),
    ...(worst?.message !== undefined && { message: worst.message }),
    ...(ignored && { ignored }),
    ...(outcomes.some(hasChanged) && { changed: true }),
    ...(unknownResult !== undefined && { unknownResult }),
  };
}
