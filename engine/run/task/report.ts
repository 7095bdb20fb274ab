import type { Common, Settings } from '../../playbook/types.ts';
import type { HostScope } from '../../variables/scope.ts';
import type { Result } from '../events/event.ts';
import type { HostState } from '../host/state.ts';
import type { RunContext } from '../types.ts';
import type { Outcome } from './result.ts';
import type { Standpoint } from './task.ts';

/** What has outcomes. */
export type Told = Pick<Common, 'name' | 'settings' | 'place' | 'role'> & {
  readonly module: { readonly name: string };
};

/** The name as it is shown; as it is written where it cannot be evaluated. */
export function titleOf({ name, title }: Pick<Common, 'name' | 'title'>, scope: HostScope): string {
  const value = safely(() => title?.evaluate(scope));
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : name;
}

/** Tells reporters, no more than no_log allows. */
export function tell(
  run: RunContext,
  at: Standpoint,
  task: Told,
  host: HostState,
  scope: HostScope,
  outcome: Outcome,
  started: number,
  loop?: { item: unknown; index: number },
): void {
  const quiet = isQuiet(task.settings, scope);
  const delegated = safely(() => task.settings.delegateTo?.evaluate(scope));
  const { message, warnings, failure } = outcome;
  const open = {
    ...(message !== undefined && { message }),
    ...(warnings && { warnings }),
    ...(failure && { failure }),
    ...(loop && { item: loop.item }),
    ...(run.options.returned && outcome.result && { returned: outcome.result }),
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
    ...(outcome.status === 'failed' &&
      at.rescuable &&
      !outcome.ignored &&
      !outcome.refused && { rescued: true as const }),
    ...(typeof delegated === 'string' && delegated !== '' && { delegatedTo: delegated }),
    differences: quiet ? [] : outcome.differences,
    ...(quiet ? { message: 'hidden by no_log', ...(loop && { item: 'hidden by no_log' }) } : open),
    place: task.place,
    milliseconds: Math.round(performance.now() - started),
  };
  const visit = at.visit === undefined ? undefined : { at: at.visit, ...(loop && { item: loop.index }) };
  run.guard?.told?.(result, outcome, { visit, role: task.role?.name, quiet });
  run.emit(result);
}

/** Whether no_log hides what is done; in doubt it does. */
export function isQuiet({ noLog }: Settings, scope: HostScope): boolean {
  return noLog !== undefined && safely(() => noLog.evaluate(scope)) !== false;
}

/** Counts the task and takes a host that failed out of what follows. */
export function book(at: Standpoint, task: Told, host: HostState, outcome: Outcome, value: unknown): void {
  const { counts } = host;
  if (outcome.ignored) {
    counts.ignored++;
    if (outcome.status === 'failed') counts.ok++;
    return;
  }
  if (outcome.status === 'failed') {
    if (at.rescuable && !outcome.refused) counts.rescued++;
    else counts.failed++;
    host.standing = 'failed';
    if (outcome.refused) host.refused = true;
    host.variables.set('failed_task', { name: task.name, action: task.module.name });
    host.variables.set('failed_result', value);
    return;
  }
  if (outcome.status === 'unreachable') host.standing = 'unreachable';
  if (outcome.status === 'changed') counts.ok++; // as in Ansible: a changed task is an ok one as well
  counts[outcome.status]++;
}

/** For what only decorates: an error in it must not hide the outcome. */
export function safely<T>(evaluateIt: () => T): T | undefined {
  try {
    return evaluateIt();
  } catch {
    return undefined;
  }
}
