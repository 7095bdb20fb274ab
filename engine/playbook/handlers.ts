import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { formatPlace } from '../source/place.ts';
import type { Entry, Handler, Task } from './types.ts';
import { withInside } from './walk.ts';

/** Whether a notification reaches this handler: by its name, by `role : name`, or by a topic that it listens to. */
export function answers(handler: Handler, notification: string): boolean {
  return handler.name === notification || handler.listen.includes(notification) || qualified(handler) === notification;
}

function qualified(handler: Handler): string | undefined {
  return handler.role && `${handler.role.name} : ${handler.name}`;
}

/** All tasks of these entries, in order, those of blocks and includes among them. */
export function tasksIn(entries: readonly Entry[]): readonly Task[] {
  return entries.flatMap(withInside).filter((entry) => entry.kind === 'task');
}

/** Handlers of roles that these entries can include; `certain`: those that no expression chooses. */
function includedHandlers(entries: readonly Entry[], certain = false): readonly Handler[] {
  return entries
    .flatMap(withInside)
    .flatMap((entry) => (entry.kind === 'include' && (entry.certain || !certain) ? entry.candidates : []))
    .flatMap(({ checked }) => checked?.handlers ?? []);
}

/** One handler for each name. Which role's it is, is seen at run time: that of the role that was included last. */
export function withIncluded(entries: readonly Entry[], handlers: readonly Handler[]): readonly Handler[] {
  const included = new Map(
    [...includedHandlers([...entries, ...handlers])].reverse().map((handler) => [handler.name, handler]),
  );
  for (const { name } of handlers) included.delete(name);
  return [...handlers, ...[...included.values()].reverse().map((handler) => ({ ...handler, included: true as const }))];
}

/** A handler's name means one handler, and whatever is notified by a constant name exists. */
export function checkHandlers(entries: readonly Entry[], handlers: readonly Handler[], diagnostics: Diagnostics): void {
  const first = new Map<string, Handler>();
  const tell = (handler: Handler, before: Handler): void =>
    diagnostics.error(
      'handler-twice',
      handler.place,
      `the handler '${handler.name}' is defined twice, first at ${formatPlace(before.place)}`,
      'handlers of a play and its roles share their names: rename one',
    );
  for (const handler of handlers) {
    const before = first.get(handler.name);
    if (before) tell(handler, before);
    else first.set(handler.name, handler);
  }
  for (const handler of includedHandlers([...entries, ...handlers], true)) {
    const before = first.get(handler.name);
    if (before && formatPlace(before.place) !== formatPlace(handler.place)) tell(handler, before);
  }
  if (handlers.some((handler) => handler.title)) return; // such a name is refused, and might have been the one that is meant
  const names = handlers.flatMap((handler) => [handler.name, ...handler.listen]);
  for (const template of [...entries, ...handlers].flatMap(withInside).flatMap((entry) => entry.notify)) {
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
