import { TaskFailure } from '../../module/failure.ts';
import { Unknown } from '../../module/unknown.ts';
import { answers } from '../../playbook/handlers.ts';
import type { Handler, Play, Task } from '../../playbook/types.ts';
import { suggest } from '../../source/nearest.ts';
import type { HostScope } from '../../variables/scope.ts';
import type { HostState } from '../host/state.ts';
import { evaluate } from '../task/evaluate.ts';
import { type Outcome, reasonOf } from '../task/result.ts';
import type { RunContext } from '../types.ts';

/** Remembers the handlers that a changed (or perhaps changed) task calls for. */
export async function notify(
  run: RunContext,
  play: Play,
  task: Task,
  host: HostState,
  scope: HostScope,
  outcome: Outcome,
): Promise<void> {
  if (outcome.status !== 'changed' && outcome.status !== 'unknown') return;
  const names = await evaluate(run, play, scope, () => task.notify.flatMap((template) => template.evaluate(scope)));
  for (const name of names) {
    for (const handler of handlersNamed(play, String(name), task, host)) {
      const before = host.notified.get(handler);
      host.notified.set(handler, outcome.status === 'changed' ? 'changed' : (before ?? new Unknown(reasonOf(outcome))));
      if (outcome.status === 'changed') run.journal.notified(play, handler, host);
    }
  }
}

function handlersNamed(play: Play, name: string, task: Task, host: HostState): readonly Handler[] {
  const found = play.handlers.filter((handler) => answers(handler, name));
  // Roles that an include may bring in: where one of those that answer is there, those that are not are not meant.
  const here = found.filter((handler) => !handler.included || host.handlers.has(handler.name));
  if (here.length > 0) return here;
  if (found.length > 0) return found;
  throw new TaskFailure(`'${task.name}' notifies '${name}', but the play has no such handler`, {
    hint:
      suggest(
        name,
        play.handlers.map((h) => h.name),
      ) ?? 'name a handler of the play or of its roles',
  });
}
