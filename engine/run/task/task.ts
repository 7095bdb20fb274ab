import { setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { Unknown } from '../../module/unknown.ts';
import { omit } from '../../playbook/magic.ts';
import type { Common, Loop, Task } from '../../playbook/types.ts';
import { scalarText } from '../../source/written-number.ts';
import { NeededFacts } from '../../variables/needed-facts.ts';
import { HostScope } from '../../variables/scope.ts';
import type { HostState, Position, ResolvedSettings, Run, Step, TaskResult } from '../types.ts';
import type { Deadline } from './deadline.ts';
import { startDeadline } from './deadline.ts';
import { type Items, itemsOf, loopVariables } from './loop.ts';
import { runParallel } from './parallel-loop.ts';
import { combine, ignoredOrNot, registered, resultOfError, safely, skipped, skippedFor } from './result.ts';
import { runStep, settingsOf } from './runner.ts';

/** Runs one task on all hosts, side by side. */
export async function runTask(run: Run, position: Position, task: Task, hosts: readonly HostState[]): Promise<void> {
  await run.ready?.();
  const first = scopeOf(run, position, task, hosts[0]!);
  const at = { ...position, title: titleOf(task, first) };
  const role = task.role === undefined ? {} : { role: task.role.name };
  const handler = at.handler ? { handler: true as const } : {};
  run.emit({ event: 'task-start', task: at.title, ...role, ...handler, hosts: hosts.map((h) => h.name) });
  const { settings } = await settingsOf({ run, play: at.play, task, host: hosts[0]!, scope: first });
  if (task.module.once === true || settings.runOnce) return runOnce(run, at, task, hosts);
  const limit =
    settings.throttle > 0 ? throttled(run, task, Math.min(settings.throttle, run.options.forks)) : run.limit;
  await Promise.all(hosts.map((host) => limit(() => runOnHost(run, at, task, host))));
}

/** The name as shown; as written where it cannot be evaluated. */
export function titleOf({ name, title }: Pick<Common, 'name' | 'title'>, scope: HostScope): string {
  const value = safely(() => title?.evaluate(scope));
  return scalarText(value) ?? name;
}

function scopeOf(run: Run, { play, locals }: Position, task: Task, host: HostState): HostScope {
  return new HostScope(run.state, host.host, new NeededFacts(), play, task, locals);
}

function throttled({ throttles }: Run, task: Task, hosts: number): LimitFunction {
  let limit = throttles.get(task);
  if (!limit) throttles.set(task, (limit = pLimit(hosts)));
  limit.concurrency = hosts;
  return limit;
}

/** The first host on which the task is not skipped runs it; the whole batch gets its result, and its failure. */
async function runOnce(run: Run, at: Position, task: Task, hosts: readonly HostState[]): Promise<void> {
  for (const host of hosts) {
    const [result, { settings }] = await runOnHost(run, at, task, host);
    if (result.status === 'skipped' && host !== hosts.at(-1)) continue;
    const batch = at.play.strategy === 'free' ? hosts : run.state.batch.map((name) => run.host(name));
    for (const other of batch) if (other !== host) other.adopt(task, host, settings, result);
    if (host.isLost) for (const other of hosts) if (other !== host) other.failLike([host]);
    return;
  }
}

/** The life of a task on one host: its settings, its result, and what that leaves on the host. */
async function runOnHost(
  run: Run,
  at: Position,
  task: Task,
  host: HostState,
): Promise<readonly [TaskResult, ResolvedSettings]> {
  const started = performance.now();
  const occurrence = run.policy && { at: run.policy.occurrence(at.play, task, host.name) };
  const scope = scopeOf(run, at, task, host);
  const step: Step = { run, play: at.play, at, task, host, scope, ...(occurrence && { occurrence }) };

  const resolved = await settingsOf(step);
  if (at.unknown === undefined) await run.prefetch.before(at.play, task, host, run.signal);
  // From here on: what is prefetched for later tasks does not count, and each check there has a deadline of its own.
  const deadline = startDeadline(resolved.settings.timeoutSeconds);
  try {
    if (task.loop && at.unknown === undefined) return [await runLoop(at, step, task.loop, resolved, started), resolved];
    const result = await runStep(
      step,
      resolved,
      deadline,
      at.unknown === undefined ? {} : { unknownBecause: at.unknown },
    );
    host.commit(at, task, resolved.settings, result, { started, ...(occurrence && { occurrence }) });
    return [result, resolved];
  } finally {
    deadline.end();
  }
}

/** Runs a step for each item of its loop; the settings may be different for each. */
async function runLoop(
  at: Position,
  step: Step,
  loop: Loop,
  resolved: ResolvedSettings,
  started: number,
): Promise<TaskResult> {
  const { run, task, host, scope, occurrence } = step;
  const whole = { started, ...(occurrence && { occurrence }) };
  let found: Items;
  try {
    found = await itemsOf(run, at.play, scope, task, loop, run.signal);
  } catch (error) {
    const { settings } = resolved;
    const result = ignoredOrNot(resultOfError(error), settings);
    host.commit(at, task, settings, result, whole);
    return result;
  }
  const { items, refused } = found;
  if (items.length === 0) {
    const result = refused ? skippedFor(refused) : skipped('the loop is empty');
    host.commitItem(at, task, resolved.settings, result, whole);
    host.commitLoop(at, task, result, withResults(registered(result), []));
    return result;
  }
  const steps = items.map((_, index): Step => {
    const inner = scope.with(loopVariables(loop, found, index));
    return { ...step, scope: inner, ...(occurrence && { occurrence: { ...occurrence, item: index } }) };
  });
  const results: TaskResult[] = [];
  const values: unknown[] = [];
  const done = await runParallel(loop, steps);
  for (const [index, item] of items.entries()) {
    const known = done.get(index);
    if (run.signal.aborted && !known) break;
    const begun = performance.now();
    const current = steps[index]!;
    const [result, { settings }] = known ?? (await runItem(current));
    const given = loop.label ? safely(() => loop.label!.evaluate(current.scope)) : item;
    const label = given === omit ? item : given;
    const how = { started: begun, loop: { item: label, index } };
    host.commitItem(at, task, settings, result, {
      ...how,
      ...(current.occurrence && { occurrence: current.occurrence }),
    });
    results.push(result);
    const value = registered(result);
    values.push(value instanceof Unknown ? value : { ...value, [loop.variable]: item });
    if (result.status === 'unreachable' && !done.has(index + 1)) break; // what has run side by side with it is reported
    if (settings.pauseSeconds > 0 && !run.options.check && index < items.length - 1)
      await sleep(settings.pauseSeconds * 1000, undefined, { signal: run.signal }).catch(() => undefined);
  }
  const result = combine(results);
  host.commitLoop(at, task, result, withResults(registered(result), values));
  return result;
}

/** One item, with settings and a deadline of its own. */
async function runItem(step: Step): Promise<readonly [TaskResult, ResolvedSettings]> {
  const resolved = await settingsOf(step);
  const deadline: Deadline & { end(): void } = startDeadline(resolved.settings.timeoutSeconds);
  try {
    return [await runStep(step, resolved, deadline), resolved];
  } finally {
    deadline.end();
  }
}

function withResults(value: Record<string, unknown> | Unknown, results: readonly unknown[]): unknown {
  return value instanceof Unknown ? value : { ...value, results };
}
