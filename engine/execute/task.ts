import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { TaskFailure } from '../contract/failure.ts';
import { Unknown, UnknownValue } from '../contract/unknown.ts';
import { HostScope, NeededFacts } from '../plan/scope.ts';
import type { Loop, Play, Task } from '../playbook/types.ts';
import type { Condition } from '../template/types.ts';
import type { RunContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import type { Result } from './event.ts';
import type { HostState } from './host.ts';
import { notify } from './notify.ts';
import { combine, type Outcome, outcomeOf, reasonOf, registered, skipped, unknown } from './outcome.ts';
import { runStep } from './step.ts';

/** Where a task stands: what changes how its outcome is told and counted. */
export interface Standpoint {
  readonly play: Play;
  /** Inside a block with a rescue: a failure is not the host's end. */
  readonly rescuable: boolean;
  readonly handler: boolean;
  /** The task's name as it is shown: rendered for the first host. */
  readonly title?: string;
}

/** Runs one task on all the hosts, side by side, and books what came of it. */
export async function runTask(
  run: RunContext,
  within: Standpoint,
  task: Task,
  hosts: readonly HostState[],
): Promise<void> {
  const first = scopeOf(run, within.play, task, hosts[0]!);
  const title = safely(() => task.title?.evaluate(first));
  const at = { ...within, title: typeof title === 'string' ? run.secrets.text(title) : task.name };
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
    once = task.settings.runOnce?.evaluate(first) === true;
    throttle = Number(task.settings.throttle?.evaluate(first) ?? 0);
  } catch (error) {
    for (const host of hosts) await conclude(run, at, task, host, first, outcomeOf(error), performance.now());
    return;
  }
  if (once) return runOnce(run, at, task, hosts);
  const limit = throttle > 0 ? pLimit(Math.min(throttle, run.options.forks)) : run.limit;
  await Promise.all(hosts.map((host) => limit(() => runOnHost(run, at, task, host))));
}

/** The first host on which the task is not skipped runs it; all of them get its result. */
async function runOnce(run: RunContext, at: Standpoint, task: Task, hosts: readonly HostState[]): Promise<void> {
  for (const host of hosts) {
    const outcome = await runOnHost(run, at, task, host);
    if (outcome.status === 'skipped' && host !== hosts.at(-1)) continue;
    for (const other of hosts) {
      if (other === host) continue;
      if (task.register !== undefined) other.variables.set(task.register, host.variables.get(task.register));
      for (const [name, value] of Object.entries(outcome.facts ?? {})) other.variables.set(name, value);
      if (outcome.status === 'failed' && !outcome.ignored) other.standing = 'failed';
    }
    return;
  }
}

function scopeOf(run: RunContext, play: Play, task: Task, host: HostState): HostScope {
  return new HostScope(run.world, host.host, new NeededFacts(), play, task);
}

async function runOnHost(run: RunContext, at: Standpoint, task: Task, host: HostState): Promise<Outcome> {
  const scope = scopeOf(run, at.play, task, host);
  const { outcome, value } = await (task.loop
    ? runLoop(run, at, task, task.loop, host, scope)
    : runSingle(run, at, task, host, scope));
  if (task.register !== undefined) host.variables.set(task.register, value);
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
  const { outcome: bare, attempts } = await runStep({ run, play: at.play, task, host, scope });
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
    // A condition that fails without the item decides for all: the loop's source may then well be undefined.
    refused = await evaluate(run, at.play, scope, () =>
      task.when.find((c) => !mentions(c.references, loop) && !c.holds(scope)),
    );
    items = refused ? [] : await evaluate(run, at.play, scope, () => asList(loop.over.evaluate(scope), task));
  } catch (error) {
    const bare = error instanceof UnknownValue ? unknown(error.reason) : outcomeOf(error);
    const outcome = await conclude(run, at, task, host, scope, bare, started);
    return { outcome, value: registered(outcome) };
  }
  if (items.length === 0) {
    const bare = skipped(refused ? `when: ${refused.source} is false` : 'the loop is empty');
    const outcome = await conclude(run, at, task, host, scope, bare, started);
    return { outcome, value: withResults(registered(outcome), []) };
  }
  const outcomes: Outcome[] = [];
  const results: unknown[] = [];
  for (const [index, item] of items.entries()) {
    if (run.signal.aborted) break;
    const begun = performance.now();
    const inner = scope.with(loopVariables(loop, items, index));
    const { outcome: bare, attempts } = await runStep({ run, play: at.play, task, host, scope: inner });
    const label = loop.label ? safely(() => loop.label!.evaluate(inner)) : item;
    const outcome = await conclude(run, at, task, host, inner, bare, begun, { item: label });
    outcomes.push(outcome);
    const value = registered(outcome, attempts);
    results.push(value instanceof Unknown ? value : { ...value, [loop.variable]: item });
    if (outcome.status === 'unreachable') break;
    const pause = Number(loop.pauseSeconds?.evaluate(inner) ?? 0);
    if (pause > 0 && index < items.length - 1) await sleep(pause * 1000);
  }
  const outcome = combine(outcomes);
  const value = registered(outcome);
  return { outcome, value: withResults(value, results) };
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
  loop?: { item: unknown },
): Promise<Outcome> {
  let outcome = judgeIgnored(task, scope, bare);
  try {
    await notify(run, at.play, task, host, scope, outcome);
  } catch (error) {
    outcome = outcomeOf(error);
  }
  tell(run, at, task, host, scope, outcome, started, loop);
  for (const [name, value] of Object.entries(outcome.facts ?? {})) host.variables.set(name, value);
  if (outcome.status === 'unknown' && task.module.setsVariables)
    for (const name of task.args.keys()) host.variables.set(name, new Unknown(reasonOf(outcome)));
  return outcome;
}

function mentions(references: readonly { readonly path: readonly string[] }[], loop: Loop): boolean {
  return references.some(
    ({ path }) => path[0] === loop.variable || path[0] === loop.indexVariable || path[0] === 'ansible_loop',
  );
}

function loopVariables(loop: Loop, items: readonly unknown[], index: number): Map<string, unknown> {
  const locals = new Map<string, unknown>([[loop.variable, items[index]]]);
  if (loop.indexVariable !== undefined) locals.set(loop.indexVariable, index);
  if (loop.extended) {
    const { length } = items;
    const around = {
      ...(index > 0 && { previtem: items[index - 1] }),
      ...(index < length - 1 && { nextitem: items[index + 1] }),
    };
    const from = { index: index + 1, index0: index, revindex: length - index, revindex0: length - index - 1 };
    locals.set('ansible_loop', {
      ...from,
      first: index === 0,
      last: index === length - 1,
      length,
      allitems: items,
      ...around,
    });
  }
  return locals;
}

function asList(value: unknown, task: Task): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const kind =
    value === null || value === undefined ? 'nothing' : typeof value === 'object' ? 'a map' : `a ${typeof value}`;
  throw new TaskFailure(`loop of '${task.name}' needs a list, but got ${kind}`);
}

function judgeIgnored(task: Task, scope: HostScope, outcome: Outcome): Outcome {
  const setting =
    outcome.status === 'failed'
      ? task.settings.ignoreErrors
      : outcome.status === 'unreachable'
        ? task.settings.ignoreUnreachable
        : undefined;
  return safely(() => setting?.evaluate(scope)) === true ? { ...outcome, ignored: true } : outcome;
}

/** Tells reporters, with secrets masked and no more than no_log allows. */
function tell(
  run: RunContext,
  at: Standpoint,
  task: Task,
  host: HostState,
  scope: HostScope,
  outcome: Outcome,
  started: number,
  loop?: { item: unknown },
): void {
  const quiet = task.settings.noLog !== undefined && safely(() => task.settings.noLog!.evaluate(scope)) !== false; // in doubt, hidden
  const delegated = safely(() => task.settings.delegateTo?.evaluate(scope));
  const { message, warnings, failure } = outcome;
  const open = {
    ...(message !== undefined && { message }),
    ...(warnings && { warnings }),
    ...(failure && { failure }),
    ...(loop && { item: loop.item }),
  };
  const result: Result = {
    event: 'result',
    play: at.play.name,
    task: at.title ?? task.name,
    module: task.module.name,
    host: host.name,
    status: outcome.status,
    ...(at.handler && { handler: true as const }),
    ...(outcome.ignored && { ignored: true as const }),
    ...(outcome.status === 'failed' && at.rescuable && !outcome.ignored && { rescued: true as const }),
    ...(typeof delegated === 'string' && delegated !== '' && { delegatedTo: delegated }),
    differences: quiet ? [] : outcome.differences,
    ...(quiet ? { message: 'hidden by no_log', ...(loop && { item: 'hidden by no_log' }) } : open),
    place: task.place,
    milliseconds: Math.round(performance.now() - started),
  };
  run.emit(run.secrets.value(result));
}

/** Counts the task and takes a host that failed out of what follows. */
function book(at: Standpoint, task: Task, host: HostState, outcome: Outcome, value: unknown): void {
  const { counts } = host;
  if (outcome.ignored) {
    counts.ignored++;
    if (outcome.status === 'failed') counts.ok++;
    return;
  }
  if (outcome.status === 'failed') {
    if (at.rescuable) counts.rescued++;
    else counts.failed++;
    host.standing = 'failed';
    host.variables.set('failed_task', { name: task.name, action: task.module.name });
    host.variables.set('failed_result', value);
    return;
  }
  if (outcome.status === 'unreachable') host.standing = 'unreachable';
  if (outcome.status === 'changed') counts.ok++; // as in Ansible: a changed task is an ok one as well
  counts[outcome.status]++;
}

/** For what only decorates: an error in it must not hide the outcome. */
function safely<T>(evaluateIt: () => T): T | undefined {
  try {
    return evaluateIt();
  } catch {
    return undefined;
  }
}
