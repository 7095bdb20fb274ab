import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { formatPlace } from '../source/place.ts';
import type { Entry, Handler, Task } from './types.ts';

/** Whether a notification reaches this handler: by its name, by `role : name`, or by a topic that it listens to. */
export function answers(handler: Handler, notification: string): boolean {
  return handler.name === notification || handler.listen.includes(notification) || qualified(handler) === notification;
}

function qualified(handler: Handler): string | undefined {
  return handler.role && `${handler.role.name} : ${handler.name}`;
}

/** All tasks of these entries, in order, those of blocks included. */
export function tasksIn(entries: readonly Entry[]): readonly Task[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'task') return [entry];
    return entry.kind === 'block' ? tasksIn([...entry.block, ...entry.rescue, ...entry.always]) : [];
  });
}

/** A handler's name means one handler, and whatever is notified by a constant name exists. */
export function checkHandlers(tasks: readonly Task[], handlers: readonly Handler[], diagnostics: Diagnostics): void {
  const first = new Map<string, Handler>();
  for (const handler of handlers) {
    const before = first.get(handler.name);
    if (before)
      diagnostics.error(
        'handler-twice',
        handler.place,
        `the handler '${handler.name}' is defined twice, first at ${formatPlace(before.place)}`,
        'handlers of a play and its roles share their names: rename one',
      );
    else first.set(handler.name, handler);
  }
  const names = handlers.flatMap((handler) => [handler.name, ...handler.listen]);
  for (const template of [...tasks, ...handlers].flatMap((task) => task.notify)) {
    if (!template.constant) continue;
    const notification = String(template.evaluate({ lookup: () => undefined, names: () => [] }));
    if (!handlers.some((handler) => answers(handler, notification)))
      diagnostics.error(
        'unknown-handler',
        template.place,
        `no handler is called '${notification}' or listens to it`,
        suggest(notification, names),
      );
  }
}
