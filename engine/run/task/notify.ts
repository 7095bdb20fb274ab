import { TaskFailure } from '../../module/failure.ts';
import { answers } from '../../playbook/handlers.ts';
import type { Handler } from '../../playbook/types.ts';
import { suggest } from '../../source/nearest.ts';
import type { Step, TaskResult } from '../types.ts';
import { noDeadline, uninterruptible } from './deadline.ts';
import { evaluate } from './evaluate.ts';

/** The handlers that a changed (or perhaps changed) task notifies. Throws TaskFailure where the play has none of that name. */
export async function handlersToNotify(
  step: Step,
  { status }: Pick<TaskResult, 'status'>,
): Promise<readonly Handler[]> {
  const { run, play, task, scope } = step;
  if ((status !== 'changed' && status !== 'unknown') || task.notify.length === 0) return [];
  const evaluateNames = () => task.notify.flatMap((template) => template.evaluate(scope));
  const names = await evaluate(run, play, scope, evaluateNames, uninterruptible(noDeadline)); // what has changed notifies
  return names.flatMap((name) => handlersNamed(step, String(name)));
}

/** Before a change: keeps what it will notify. A name that no handler has is reported with the result. */
export async function expectHandlers(step: Step): Promise<void> {
  const { run, at, task, host } = step;
  if (at === undefined || task.notify.length === 0) return;
  const handlers = await handlersToNotify(step, { status: 'changed' }).catch(() => []);
  run.pending.expected(at, handlers, host.name, task);
}

function handlersNamed({ play, task, host }: Step, name: string): readonly Handler[] {
  const found = play.handlers.filter((handler) => answers(handler, name));
  // Roles that an include may bring in: if one of those that answer is there, those that are not are not notified.
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
