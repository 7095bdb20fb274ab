import { setTimeout as sleep } from 'node:timers/promises';
import { firstFalse } from '../../expressions/condition.ts';
import type { Condition } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import type { Changed, Difference, Writer } from '../../module/module.ts';
import { UnknownValue } from '../../module/unknown.ts';
import { prepareArguments } from '../../playbook/arguments/arguments.ts';
import { untilAborted } from '../../transport/waiting.ts';
import type { HostScope } from '../../variables/scope.ts';
import { maskDifference } from '../events/redact.ts';
import { HostSession } from '../host/session.ts';
import { Refused } from '../policy.ts';
import type {
  CheckedStep,
  PreparedStep,
  ResolvedSettings,
  Step,
  TaskContext,
  TaskResult,
  TaskSettings,
} from '../types.ts';
import { runCheck } from './check.ts';
import { connectFor, contextOf } from './context.ts';
import type { Deadline } from './deadline.ts';
import { anyOf, uninterruptible } from './deadline.ts';
import { changeDetached } from './detached.ts';
import { evaluate } from './evaluate.ts';
import { expectHandlers, handlersToNotify } from './notify.ts';
import { hasChanged, ignoredOrNot, isGiven, registered, resultOfError, skippedFor, unknown } from './result.ts';
import { firstProblem, resolveSettings } from './settings.ts';

/** A step with its settings and its time. */
export interface TimedStep extends Step {
  readonly settings: TaskSettings;
  readonly deadline: Deadline;
}

/** The settings of a step, with the facts that they ask for. Never throws: what is wrong is among the problems. */
export async function settingsOf({ run, play, task, scope }: Step): Promise<ResolvedSettings> {
  const resolve = (): ResolvedSettings => resolveSettings(task, scope);
  try {
    return await evaluate(run, play, scope, resolve, run.signal);
  } catch (error) {
    const known = resolve(); // facts could not be read
    return { ...known, problems: new Map([['facts', error], ...known.problems]) };
  }
}

/**
 * Runs one step: when → check → policy → predict or change → verify → judge, as often as `until` asks. `checked`: its
 * check has run already. `unknownBecause`: it is unknown whether it would run at all. Never throws.
 */
export async function runStep(
  step: Step,
  resolved: ResolvedSettings,
  deadline: Deadline,
  { checked, unknownBecause }: { readonly checked?: CheckedStep; readonly unknownBecause?: string } = {},
): Promise<TaskResult> {
  const timed: TimedStep = { ...step, settings: resolved.settings, deadline };
  let result: TaskResult;
  try {
    result = unknownBecause === undefined ? await runJudged(timed, resolved, checked) : unknown(unknownBecause);
  } catch (error) {
    result = resultOfError(error, step.task.module);
  }
  result = ignoredOrNot(result, resolved.settings);
  try {
    return { ...result, notify: await handlersToNotify(step, result) };
  } catch (error) {
    return ignoredOrNot(resultOfError(error), resolved.settings);
  }
}

async function runJudged(
  step: TimedStep,
  resolved: ResolvedSettings,
  checked: CheckedStep | undefined,
): Promise<TaskResult> {
  const refused = await failingCondition(step, signalOf(step));
  if (refused) return skippedFor(refused);
  const problem = firstProblem(resolved);
  if (problem !== undefined) throw problem;
  return step.task.until ? retry(step, step.task.until) : attempt(step, checked);
}

async function retry(step: TimedStep, conditions: readonly Condition[]): Promise<TaskResult> {
  const { retries, delaySeconds } = step.settings;
  const signal = signalOf(step);
  for (let attempts = 1; ; attempts++) {
    const result = { ...(await attempt(step)), attempts };
    if (result.status === 'unknown' || result.status === 'unreachable' || result.refused) return result;
    if (result.status === 'skipped') return result; // interrupted
    if (!isTimedOut(step, result) && (await holdAll(step, conditions, result))) return result;
    if (attempts <= retries && !signal.aborted)
      await sleep(delaySeconds * 1000, undefined, { signal }).catch(() => undefined);
    if (attempts > retries || signal.aborted) {
      const wanted = conditions.map((c) => c.source).join(' and ');
      const why = step.deadline.signal?.aborted ? ` (timeout: ${step.deadline.seconds} s)` : '';
      const said = result.message ? `: ${result.message}` : '';
      const message = `after ${attempts} attempts${why} '${wanted}' still does not hold${said}`;
      return { ...result, status: 'failed', changed: hasChanged(result), message };
    }
    step.host.forget(); // what is waited for happens on the host by itself
  }
}

/** One run of the module, with changed_when and failed_when judged after it. */
async function attempt(step: TimedStep, checked?: CheckedStep): Promise<TaskResult> {
  const { task } = step;
  let result: TaskResult;
  try {
    result = await execute(step, checked);
  } catch (error) {
    result = resultOfError(error, task.module);
  }
  if (result.status === 'unreachable' || result.status === 'unknown' || result.status === 'skipped' || result.refused)
    return result;
  if (isTimedOut(step, result)) return { ...result, changed: result.failure?.code !== undefined };
  if (task.changedWhen && result.status !== 'failed') {
    const changed = await holdAll(step, task.changedWhen, result);
    result = { ...result, status: changed ? 'changed' : 'ok', differences: changed ? result.differences : [] };
  }
  const changed = result.status === 'failed' ? await hasActed(step, result) : result.status === 'changed';
  if (task.failedWhen) {
    const failed = await holdAll(step, task.failedWhen, { ...result, changed });
    if (failed)
      return {
        ...result,
        status: 'failed',
        changed,
        message: result.message ?? `failed_when: ${task.failedWhen.map((c) => c.source).join(' and ')}`,
      };
    if (result.status === 'failed') {
      const { failure: _, ...rest } = result;
      result = { ...rest, status: changed ? 'changed' : 'ok' };
    }
  }
  return result.status === 'failed' ? { ...result, changed } : result;
}

/** As in Ansible, no condition judges a result that is cut short by the task's timeout: fields may be missing. */
function isTimedOut({ deadline }: TimedStep, { status, result }: TaskResult): boolean {
  return deadline.isOver() && status === 'failed' && result?.['rc'] === 124;
}

/** Whether what failed has run and counts as a change: a command with an exit code, unless changed_when says otherwise. */
async function hasActed(step: TimedStep, result: TaskResult): Promise<boolean> {
  const { module, changedWhen, failedWhen } = step.task;
  const ran = module.nature === 'action' && result.result?.['rc'] !== undefined;
  if (!ran && !failedWhen) return false;
  return changedWhen ? holdAll(step, changedWhen, result) : module.nature === 'action';
}

function withResult({ task, scope }: Step, result: TaskResult): HostScope {
  return task.register === undefined ? scope : scope.with(new Map([[task.register, registered(result)]]));
}

/** Whether conditions about a result hold. An interrupt does not end their evaluation where something has been changed. */
async function holdAll(step: TimedStep, conditions: readonly Condition[], result: TaskResult): Promise<boolean> {
  const { run, play, deadline } = step;
  const scope = withResult(step, result);
  const signal = hasChanged(result) ? uninterruptible(deadline) : signalOf(step);
  return evaluate(run, play, scope, () => firstFalse(conditions, scope) === undefined, signal);
}

/** The condition that keeps the step from running, if one does. */
export function failingCondition(
  { run, play, task, scope }: Step,
  signal?: AbortSignal,
): Promise<Condition | undefined> {
  return evaluate(run, play, scope, () => firstFalse(task.when, scope), signal);
}

/** Evaluates what a step needs before its check. */
export function prepareStep(step: Step, settings: TaskSettings, deadline: Deadline): Promise<PreparedStep> {
  const { run, play, task, scope, host } = step;
  const prepare = async (): Promise<PreparedStep> => {
    const target = settings.delegateTo === undefined ? host : run.host(settings.delegateTo);
    const args = await prepareArguments(task, scope, run.vault);
    return { target, args, context: contextOf(step, settings, target, deadline) };
  };
  return evaluate(run, play, scope, prepare, anyOf(run.signal, deadline.signal));
}

export async function checkStep(step: TimedStep, prepared?: PreparedStep): Promise<CheckedStep> {
  const { module } = step.task;
  const ready = prepared ?? (await prepareStep(step, step.settings, step.deadline));
  const observer = step.occurrence && step.run.policy?.observer?.(step, step.occurrence, step.settings.noLog);
  const session = new HostSession(ready.context, false, observer?.observed);
  try {
    return { ...ready, session, check: await runCheck(module, ready.args, session, observer) };
  } catch (error) {
    if (error instanceof UnknownValue && module.change) ready.target.predictions.doubt(session.keysRead, error.reason);
    throw error;
  }
}

/** Check, then predict or change, then verify: the one path that every module takes. */
async function execute(step: TimedStep, checked?: CheckedStep): Promise<TaskResult> {
  const { run, task, host } = step;
  const { module } = task;
  const prepared = checked ?? (await prepareStep(step, step.settings, step.deadline));
  if (task.variableFiles) {
    const { layer, files } = task.variableFiles.choose(prepared.args as Readonly<Record<string, unknown>>);
    return { status: 'ok', differences: [], variables: layer, result: { ansible_included_var_files: files } };
  }
  const { check, target, context } = checked ?? (await checkStep(step, prepared));
  const found = {
    ...(check.message !== undefined && { message: check.message }),
    ...(check.warnings && { warnings: check.warnings }),
    ...(check.result && { result: check.result }),
    ...(check.facts && { facts: check.facts }),
    ...(isGiven(step, target) && { given: true as const }),
  };
  if (check.inventory) {
    const differences = run.inventory.add(task, host.name, check.inventory);
    return { status: differences.length > 0 ? 'changed' : 'ok', differences, ...found };
  }
  const refused = step.occurrence && run.policy?.found?.(step, step.occurrence, check.differences);
  if (refused !== undefined && !context.checkMode) throw new Refused(refused);
  if (check.differences.length === 0) return { status: 'ok', differences: [], ...found };
  // Nor is it predicted on a host that cannot be reached, or on which become fails.
  if (module.nature === 'action') await connectFor(context);
  if (context.checkMode) return { ...(await predict(step, { ...prepared, check })), ...found };
  context.signal.throwIfAborted(); // nothing begins any more
  await expectHandlers(step);
  let changed: Changed | void;
  try {
    changed = await change(step, { ...prepared, check });
  } finally {
    target.forget(); // also where it failed half way
    if (host !== target) host.forget();
  }
  if ((module.nature ?? 'state') === 'state') await verify(step, prepared, check.differences);
  const waited = module.nature === 'wait';
  const message = changed?.message ?? check.message;
  return {
    ...found,
    status: waited ? 'ok' : 'changed',
    differences: waited ? [] : check.differences,
    result: { ...check.result, ...changed?.result },
    ...(message !== undefined && { message }),
  };
}

type Found = Pick<CheckedStep, keyof PreparedStep | 'check'>;

async function predict({ task }: TimedStep, { target, check }: Found): Promise<TaskResult> {
  const { module } = task;
  const reason = `until '${task.name}' has run`;
  if (module.nature === 'wait' || check.onlyAwaited) throw new UnknownValue(reason);
  target.predictions.add(check.after ?? [], reason);
  const result = { status: 'changed', differences: check.differences } as const;
  return module.nature === 'action' ? { ...result, unknownResult: reason } : result;
}

async function change(step: TimedStep, { args, context, check }: Found): Promise<Changed | void> {
  const { run, task, settings } = step;
  const { module } = task;
  const work = async (writer: Writer): Promise<Changed | void> => module.change?.(args, check, writer);
  if (module.nature === 'wait') return untilAborted(work(new HostSession(context)), context.signal);
  const changing = uninterrupted(context);
  if (!module.detachable || settings.asyncSeconds === 0) return work(new HostSession(changing));
  const { asyncSeconds, pollSeconds } = settings;
  const warn = (message: string): void => run.emit({ event: 'warning', message });
  return changeDetached(changing, { seconds: Math.ceil(asyncSeconds), pollSeconds }, warn, work);
}

/** What changes a host is not interrupted half way: only its own time ends it. */
function uninterrupted(context: TaskContext): TaskContext {
  const signal = uninterruptible(context.deadline);
  return {
    ...context,
    signal,
    connection: (own = signal) => context.connection(own),
    reconnect: (seconds, own = signal) => context.reconnect(seconds, own),
    on: (host) => uninterrupted(context.on(host)),
  };
}

/** The same check must find nothing left but what recurs by its nature (a restart). */
async function verify(step: Step, { args, context }: PreparedStep, wanted: readonly Difference[]): Promise<void> {
  const again = await runCheck(step.task.module, args, new HostSession(uninterrupted(context)));
  const lasting = again.differences.filter((d) => !d.recurs);
  if (lasting.length === 0) return;
  // Masked before it is shortened: a part of a secret is not recognized as one.
  const shown = lasting.map((d) => maskDifference(d, step.run.secrets));
  const left = shown.map((d) => `${d.what} is ${shorten(d.from)}, not ${shorten(d.to)}`).join('; ');
  throw new TaskFailure(`changed, but not as asked: ${left}`, {
    hint: `a change is verified: it reported success, yet the same check (${wanted.length} differences before) still finds this; something else may set it back`,
  });
}

function shorten(text: string | null): string {
  if (text === null) return 'not there';
  const line = text.split('\n', 1)[0]!;
  return line.length < text.length || line.length > 120 ? `'${line.slice(0, 120)} …'` : `'${line}'`;
}

const signalOf = ({ run, deadline }: TimedStep): AbortSignal => anyOf(run.signal, deadline.signal);
