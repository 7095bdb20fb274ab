import { setTimeout as sleep } from 'node:timers/promises';
import { firstFalse } from '../../expressions/condition.ts';
import type { Condition } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import type { Changed, Check, Difference, Writer } from '../../module/module.ts';
import { UnknownValue } from '../../module/unknown.ts';
import { prepareArguments } from '../../playbook/arguments/arguments.ts';
import type { Play, Task } from '../../playbook/types.ts';
import type { HostScope } from '../../variables/scope.ts';
import { maskDifference } from '../events/redact.ts';
import { Access, type Footing } from '../host/session.ts';
import type { HostState } from '../host/state.ts';
import { Refused, type Visit } from '../policy.ts';
import type { RunContext } from '../types.ts';
import { look } from './check.ts';
import { footingOf } from './context.ts';
import { changeDetached, detachmentOf } from './detached.ts';
import { evaluate } from './evaluate.ts';
import { readVariables } from './include-vars.ts';
import { hasChanged, type Outcome, outcomeOf, registered, skippedFor, unknown } from './result.ts';

/** One task on one host, for one item: the smallest thing that is executed. */
export interface Step {
  readonly run: RunContext;
  readonly play: Play;
  readonly task: Task;
  /** The host that the task is for. */
  readonly host: HostState;
  readonly scope: HostScope;
  /** Which time it is that the task comes to the host, and for which item: see Guard. */
  readonly visit?: Visit;
}

/** Judges the conditions, then runs the module as often as `until` asks. `begun`: it has looked already. Never throws. */
export async function runStep(step: Step, begun?: Begun): Promise<{ outcome: Outcome; attempts?: number }> {
  const { task } = step;
  try {
    const refused = await refusal(step);
    if (refused) return { outcome: skippedFor(refused) };
    if (!task.until) return { outcome: await attempt(step, begun) };
    return await retry(step, task.until);
  } catch (error) {
    if (error instanceof UnknownValue) return { outcome: unknown(error.reason) };
    return { outcome: outcomeOf(error) };
  }
}

async function retry(step: Step, until: NonNullable<Task['until']>): Promise<{ outcome: Outcome; attempts: number }> {
  const { run, play, scope } = step;
  const { retries, delay } = await evaluate(run, play, scope, () => ({
    retries: Number(until.retries.evaluate(scope)),
    delay: Number(until.delay.evaluate(scope)),
  }));
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempt(step);
    if (outcome.status === 'unknown' || outcome.status === 'unreachable' || outcome.refused)
      return { outcome, attempts };
    const after = withResult(step, outcome, attempts);
    if (await holdAll(step, until.conditions, after)) return { outcome, attempts };
    if (attempts > retries || run.signal.aborted) {
      const wanted = until.conditions.map((c) => c.source).join(' and ');
      const message = `after ${attempts} attempts '${wanted}' still does not hold${outcome.message ? `: ${outcome.message}` : ''}`;
      return { outcome: { ...outcome, status: 'failed', changed: hasChanged(outcome), message }, attempts };
    }
    await sleep(delay * 1000, undefined, { signal: run.signal }).catch(() => undefined);
    step.host.forget(); // what is waited for happens on the host by itself
  }
}

/** One run of the module, with changed_when and failed_when judged after it. */
async function attempt(step: Step, begun?: Begun): Promise<Outcome> {
  const { task } = step;
  let outcome: Outcome;
  try {
    outcome = await execute(step, begun);
  } catch (error) {
    if (error instanceof UnknownValue) return unknown(error.reason);
    outcome = outcomeOf(error, task.module);
  }
  if (outcome.status === 'unreachable' || outcome.status === 'unknown' || outcome.refused) return outcome;
  if (task.changedWhen && outcome.status !== 'failed') {
    const changed = await holdAll(step, task.changedWhen, withResult(step, outcome));
    outcome = { ...outcome, status: changed ? 'changed' : 'ok', differences: changed ? outcome.differences : [] };
  }
  const changed = outcome.status === 'failed' ? await hasActed(step, outcome) : outcome.status === 'changed';
  if (task.failedWhen) {
    const failed = await holdAll(step, task.failedWhen, withResult(step, { ...outcome, changed }));
    if (failed)
      return {
        ...outcome,
        status: 'failed',
        changed,
        message: outcome.message ?? `failed_when: ${task.failedWhen.map((c) => c.source).join(' and ')}`,
      };
    if (outcome.status === 'failed') {
      const { failure: _, ...rest } = outcome;
      outcome = { ...rest, status: changed ? 'changed' : 'ok' };
    }
  }
  return outcome.status === 'failed' ? { ...outcome, changed } : outcome;
}

/** Whether what failed has run and counts as a change: a command with an exit code, unless changed_when says otherwise. */
async function hasActed(step: Step, outcome: Outcome): Promise<boolean> {
  const { module, changedWhen, failedWhen } = step.task;
  const ran = module.nature === 'action' && outcome.result?.['rc'] !== undefined;
  if (!ran && !failedWhen) return false;
  return changedWhen ? holdAll(step, changedWhen, withResult(step, outcome)) : module.nature === 'action';
}

function withResult(step: Step, outcome: Outcome, attempts?: number): HostScope {
  const result = registered(outcome, attempts);
  return step.task.register === undefined ? step.scope : step.scope.with(new Map([[step.task.register, result]]));
}

function holdAll(step: Step, conditions: readonly Condition[], scope: HostScope): Promise<boolean> {
  return evaluate(step.run, step.play, scope, () => firstFalse(conditions, scope) === undefined);
}

/** The condition that keeps the step from running, if one does. */
export function refusal({ run, play, task, scope }: Step): Promise<Condition | undefined> {
  return evaluate(run, play, scope, () => firstFalse(task.when, scope));
}

/** A step that is ready to look: its arguments, the host that it works on, and how it stands there. */
export interface Approach {
  readonly args: unknown;
  readonly target: HostState;
  readonly footing: Footing;
}

export function approach(step: Step): Promise<Approach> {
  const { run, play, task, scope } = step;
  return evaluate(run, play, scope, async () => {
    const target = delegate(step);
    const args = await prepareArguments(task, scope, run.vault);
    return { target, args, footing: footingOf(run, play, task, target, scope) };
  });
}

/** A step that has looked. */
export interface Begun extends Approach {
  readonly access: Access;
  readonly check: Check;
}

export async function begin(step: Step, approached?: Approach): Promise<Begun> {
  const { module } = step.task;
  const at = approached ?? (await approach(step));
  const eyes = step.visit && step.run.guard?.eyes?.(step, step.visit);
  const access = new Access(at.footing, false, eyes?.saw);
  try {
    return { ...at, access, check: await look(module, at.args, access, eyes) };
  } catch (error) {
    if (error instanceof UnknownValue && module.change) at.target.predictions.doubt(access.keysRead, error.reason);
    throw error;
  }
}

/** Check, then predict or change, then verify: the one path that every module takes. */
async function execute(step: Step, begun?: Begun): Promise<Outcome> {
  const { run, play, task, host, scope } = step;
  const { module } = task;
  const approached = begun ?? (await approach(step));
  const { args, target, footing } = approached;
  if (task.variableFiles) return readVariables(task.variableFiles, args);
  const { access, check } = begun ?? (await begin(step, approached));
  const told = {
    ...(check.message !== undefined && { message: check.message }),
    ...(check.warnings && { warnings: check.warnings }),
  };
  const found = { ...told, ...(check.result && { result: check.result }), ...(check.facts && { facts: check.facts }) };
  if (check.inventory) {
    const differences = run.inventory.add(task, host.name, check.inventory);
    return { status: differences.length > 0 ? 'changed' : 'ok', differences, ...found };
  }
  const refused = step.visit && run.guard?.found?.(step, step.visit, check.differences);
  if (refused !== undefined && !footing.checkMode) throw new Refused(refused);
  if (check.differences.length === 0) return { status: 'ok', differences: [], ...found };
  if (footing.checkMode) {
    // What does not look at its host is not foreseen on one that cannot be reached, or become another user on.
    if (module.nature === 'action') await (await footing.connection()).shell(footing.become);
    const until = `until '${task.name}' has run`;
    if (module.nature === 'wait') throw new UnknownValue(until);
    target.predictions.add(check.after ?? [], until);
    const outcome = { status: 'changed', differences: check.differences, ...found } as const;
    return module.nature === 'action' ? { ...outcome, unknownResult: until } : outcome;
  }
  const detachment = module.detachable ? await evaluate(run, play, scope, () => detachmentOf(task, scope)) : undefined;
  const change = async (writer: Writer): Promise<Changed | void> => module.change?.(args, check, writer);
  const changed = detachment
    ? await changeDetached(footing, detachment, (message) => run.emit({ event: 'warning', message }), change)
    : await change(access);
  target.forget();
  if (host !== target) host.forget();
  if ((module.nature ?? 'state') === 'state') await verify(step, args, new Access(footing), check.differences);
  const result = { ...check.result, ...changed?.result };
  const message = changed?.message ?? check.message;
  return {
    ...found,
    status: module.nature === 'wait' ? 'ok' : 'changed',
    differences: module.nature === 'wait' ? [] : check.differences,
    result,
    ...(message !== undefined && { message }),
  };
}

/** The same check must find nothing left but what recurs by its nature (a restart). */
async function verify(step: Step, args: unknown, access: Access, wanted: readonly Difference[]): Promise<void> {
  const again = await look(step.task.module, args, access);
  const lasting = again.differences.filter((d) => !d.recurs);
  if (lasting.length === 0) return;
  // Before it is shortened: a part of a secret is not known as one.
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

function delegate(step: Step): HostState {
  const to = step.task.settings.delegateTo?.evaluate(step.scope);
  if (to === undefined || to === null || to === '') return step.host;
  if (typeof to !== 'string') throw new TaskFailure('delegate_to must be the name of a host');
  return step.run.state(to);
}
