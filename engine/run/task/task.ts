import { setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Condition } from '../../expressions/types.ts';
import { Unknown, UnknownValue } from '../../module/unknown.ts';
import type { Loop, Play, Task } from '../../playbook/types.ts';
import { HostScope, NeededFacts } from '../../variables/scope.ts';
import type { HostState } from '../host/state.ts';
import { failLike, isLost } from '../play/failure-policy.ts';
import { itemsOf, loopVariables } from '../play/loop.ts';
import { notify } from '../play/notify.ts';
import { together } from '../play/parallel-loop.ts';
import type { RunContext } from '../types.ts';
import { rememberFiles } from './include-vars.ts';
import { book, safely, tell, titleOf } from './report.ts';
import { combine, type Outcome, outcomeOf, reasonOf, registered, skipped, skippedFor, unknown } from './result.ts';
import { runStep, type Step } from './runner.ts';

/** Where a task stands: what changes how its outcome is told and counted. */
export interface Standpoint {
  readonly play: Play;
  /** Inside a block with a rescue: a failure is not the host's end. */
  readonly rescuable: boolean;
  readonly handler: boolean;
  /** The task's name as it is shown: rendered for the first host. */
  readonly title?: string;
  /** Loop variables of the includes around it. */
  readonly locals?: ReadonlyMap<string, unknown>;
  /** Why it cannot be known whether it would run at all: an include around it is unknown. */
  readonly unknown?: string;
  /** On one host: which time it is that the task comes to it, where a guard wants to know. */
  readonly visit?: string;
}

/** Runs one task on all the hosts, side by side, and books what came of it. */
export async function runTask(
  run: RunContext,
  within: Standpoint,
  task: Task,
  hosts: readonly HostState[],
): Promise<void> {
  const first = scopeOf(run, within, task, hosts[0]!);
  const at = { ...within, title: titleOf(task, first) };
  const role = task.role === undefined ? {} : { role: task.role.name };
  run.emit({
    event: 'task-start',
    task: at.title,
    ...role,
    ...(at.handler && { handler: true as const }),
    hosts: hosts.map((h) => h.name),
  });
  let once: boolean;
  let throttle: number;
  try {
    once = task.module.once === true || task.settings.runOnce?.evaluate(first) === true;
    throttle = Number(task.settings.throttle?.evaluate(first) ?? 0);
  } catch (error) {
    for (const host of hosts) await conclude(run, at, task, host, first, outcomeOf(error), performance.now());
    return;
  }
  if (once) return runOnce(run, at, task, hosts);
  const limit = throttle > 0 ? throttled(task, Math.min(throttle, run.options.forks)) : run.limit;
  await Promise.all(hosts.map((host) => limit(() => runOnHost(run, at, task, host))));
}

const throttles = new WeakMap<Task, LimitFunction>();

/** One limit for all hosts, though they come to the task one by one (strategy free). */
function throttled(task: Task, hosts: number): LimitFunction {
  let limit = throttles.get(task);
  if (!limit) throttles.set(task, (limit = pLimit(hosts)));
  limit.concurrency = hosts;
  return limit;
}

/** The first host on which the task is not skipped runs it; the whole batch gets its result, and its failure. */
async function runOnce(run: RunContext, at: Standpoint, task: Task, hosts: readonly HostState[]): Promise<void> {
  for (const host of hosts) {
    const outcome = await runOnHost(run, at, task, host);
    if (outcome.status === 'skipped' && host !== hosts.at(-1)) continue;
    const batch = at.play.strategy === 'free' ? hosts : run.world.batch.map((name) => run.state(name));
    for (const other of batch) {
      if (other === host) continue;
      if (task.register !== undefined) other.variables.set(task.register, host.variables.get(task.register));
      if (!task.settings.delegateFacts)
        for (const [name, value] of Object.entries(outcome.facts ?? {})) other.variables.set(name, value);
      rememberFiles(task, other, outcome);
    }
    if (isLost(host)) for (const other of hosts) if (other !== host) failLike([host], other);
    return;
  }
}

function scopeOf(run: RunContext, { play, locals }: Standpoint, task: Task, host: HostState): HostScope {
  return new HostScope(run.world, host.host, new NeededFacts(), play, task, locals);
}

async function runOnHost(run: RunContext, on: Standpoint, task: Task, host: HostState): Promise<Outcome> {
  const at = run.guard ? { ...on, visit: run.guard.visit(on.play, task, host.name) } : on;
  if (at.unknown === undefined) await run.ahead.before(at.play, task, host);
  const scope = scopeOf(run, at, task, host);
  const { outcome, value } = await (task.loop && at.unknown === undefined
    ? runLoop(run, at, task, task.loop, host, scope)
    : runSingle(run, at, task, host, scope));
  if (task.register !== undefined) host.variables.set(task.register, value);
  if (outcome.status === 'changed') host.ahead.window = 1;
  book(at, task, host, outcome, value);
  return outcome;
}

interface Booked {
  readonly outcome: Outcome;
  /** What `register` stores. */
  readonly value: unknown;
}

async function runSingle(
  run: RunContext,
  at: Standpoint,
  task: Task,
  host: HostState,
  scope: HostScope,
): Promise<Booked> {
  const started = performance.now();
  const { outcome: bare, attempts } =
    at.unknown === undefined
      ? await runStep({ run, play: at.play, task, host, scope, ...visitOf(at) })
      : { outcome: unknown(at.unknown), attempts: undefined };
  const outcome = await conclude(run, at, task, host, scope, bare, started);
  return { outcome, value: registered(outcome, attempts) };
}

async function runLoop(
  run: RunContext,
  at: Standpoint,
  task: Task,
  loop: Loop,
  host: HostState,
  scope: HostScope,
): Promise<Booked> {
  const started = performance.now();
  let items: readonly unknown[];
  let refused: Condition | undefined;
  try {
    ({ items, refused } = await itemsOf(run, at.play, scope, task, loop));
  } catch (error) {
    const bare = error instanceof UnknownValue ? unknown(error.reason) : outcomeOf(error);
    const outcome = await conclude(run, at, task, host, scope, bare, started);
    return { outcome, value: registered(outcome) };
  }
  if (items.length === 0) {
    const bare = refused ? skippedFor(refused) : skipped('the loop is empty');
    const outcome = await conclude(run, at, task, host, scope, bare, started);
    return { outcome, value: withResults(registered(outcome), []) };
  }
  const outcomes: Outcome[] = [];
  const results: unknown[] = [];
  const steps = items.map((_, index): Step => {
    const inner = scope.with(loopVariables(loop, items, index));
    return { run, play: at.play, task, host, scope: inner, ...visitOf(at, index) };
  });
  const done = await together(loop, steps);
  for (const [index, item] of items.entries()) {
    const known = done.get(index);
    if (run.signal.aborted && !known) break;
    const begun = performance.now();
    const { scope: inner } = steps[index]!;
    const { outcome: bare, attempts } = known ? { outcome: known } : await runStep(steps[index]!);
    const label = loop.label ? safely(() => loop.label!.evaluate(inner)) : item;
    const outcome = await conclude(run, at, task, host, inner, bare, begun, { item: label, index });
    outcomes.push(outcome);
    const value = registered(outcome, attempts);
    results.push(value instanceof Unknown ? value : { ...value, [loop.variable]: item });
    if (outcome.status === 'unreachable') break;
    const pause = run.options.check ? 0 : Number(safely(() => loop.pauseSeconds?.evaluate(inner)) ?? 0);
    if (pause > 0 && index < items.length - 1)
      await sleep(pause * 1000, undefined, { signal: run.signal }).catch(() => undefined);
  }
  const outcome = combine(outcomes);
  const value = registered(outcome);
  return { outcome, value: withResults(value, results) };
}

function visitOf({ visit }: Standpoint, item?: number): Pick<Step, 'visit'> {
  return visit === undefined ? {} : { visit: { at: visit, ...(item !== undefined && { item }) } };
}

function withResults(value: Record<string, unknown> | Unknown, results: readonly unknown[]): unknown {
  return value instanceof Unknown ? value : { ...value, results };
}

/** Judges ignore_errors, notifies, tells, and sets facts: what follows on every outcome. */
async function conclude(
  run: RunContext,
  at: Standpoint,
  task: Task,
  host: HostState,
  scope: HostScope,
  bare: Outcome,
  started: number,
  loop?: { item: unknown; index: number },
): Promise<Outcome> {
  let outcome = judgeIgnored(task, scope, bare);
  try {
    await notify(run, at.play, task, host, scope, outcome);
  } catch (error) {
    outcome = outcomeOf(error);
  }
  tell(run, at, task, host, scope, outcome, started, loop);
  const { variables } = ownerOfFacts(run, task, scope, host);
  for (const [name, value] of Object.entries(outcome.facts ?? {})) variables.set(name, value);
  if (outcome.status === 'unknown' && task.module.setsVariables)
    for (const name of task.args.keys()) variables.set(name, new Unknown(reasonOf(outcome)));
  rememberFiles(task, host, outcome);
  return outcome;
}

/** With delegate_facts, what is learned is learned about the host that the task is delegated to. */
function ownerOfFacts(run: RunContext, task: Task, scope: HostScope, host: HostState): HostState {
  const { delegateFacts, delegateTo } = task.settings;
  if (!delegateFacts || safely(() => delegateFacts.evaluate(scope)) !== true) return host;
  return safely(() => run.state(String(delegateTo?.evaluate(scope)))) ?? host;
}

function judgeIgnored(task: Task, scope: HostScope, outcome: Outcome): Outcome {
  if (outcome.refused) return outcome;
  const setting =
    outcome.status === 'failed'
      ? task.settings.ignoreErrors
      : outcome.status === 'unreachable'
        ? task.settings.ignoreUnreachable
        : undefined;
  return safely(() => setting?.evaluate(scope)) === true ? { ...outcome, ignored: true } : outcome;
}
