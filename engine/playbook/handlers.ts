import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { formatPlace } from '../source/place.ts';
import type { Entry, Handler, Task } from './types.ts';
import { withInside } from './walk.ts';

/** Whether a notification matches this handler: by its name, by `role : name`, or by a listen topic. */
export function answers(handler: Handler, notification: string): boolean {
  return handler.name === notification || handler.listen.includes(notification) || qualified(handler) === notification;
}

function qualified(handler: Handler): string | undefined {
  return handler.role && `${handler.role.name} : ${handler.name}`;
}

/** All tasks of these entries, in order, including those in blocks and includes. */
export function tasksIn(entries: readonly Entry[]): readonly Task[] {
  return entries.flatMap(withInside).filter((entry) => entry.kind === 'task');
}

/** Handlers of the roles that these entries can include; `certain`: only roles that no expression selects. */
function includedHandlers(entries: readonly Entry[], certain = false): readonly Handler[] {
  return entries
    .flatMap(withInside)
    .flatMap((entry) => (entry.kind === 'include' && (entry.certain || !certain) ? entry.candidates : []))
    .flatMap(({ checked }) => checked?.handlers ?? []);
}

/** One handler per name. At run time it is the one of the role that was included last. */
export function withIncluded(entries: readonly Entry[], handlers: readonly Handler[]): readonly Handler[] {
  const included = new Map(
    [...includedHandlers([...entries, ...handlers])].reverse().map((handler) => [handler.name, handler]),
  );
  for (const { name } of handlers) included.delete(name);
  return [...handlers, ...[...included.values()].reverse().map((handler) => ({ ...handler, included: true as const }))];
}

/** Reports duplicate handler names, and constant notifications that match no handler. */
export function checkHandlers(entries: readonly Entry[], handlers: readonly Handler[], diagnostics: Diagnostics): void {
  const first = new Map<string, Handler>();
  const report = (handler: Handler, before: Handler): void =>
    diagnostics.error(
      'handler-twice',
      handler.place,
      `the handler '${handler.name}' is defined twice, first at ${formatPlace(before.place)}`,
      'handlers of a play and its roles share one namespace: rename one',
    );
  for (const handler of handlers) {
    const before = first.get(handler.name);
    if (before) report(handler, before);
    else first.set(handler.name, handler);
  }
  for (const handler of includedHandlers([...entries, ...handlers], true)) {
    const before = first.get(handler.name);
    if (before && formatPlace(before.place) !== formatPlace(handler.place)) report(handler, before);
  }
  if (handlers.some((handler) => handler.title)) return; // already an error, and it might be the notified one
  const names = handlers.flatMap((handler) => [handler.name, ...handler.listen]);
  for (const template of [...entries, ...handlers].flatMap(withInside).flatMap((entry) => entry.notify)) {
    if (!template.constant) continue;
    const notification = String(template.evaluate({ lookup: () => undefined, names: () => [] }));
    if (!handlers.some((handler) => answers(handler, notification)))
      diagnostics.error(
        'unknown-handler',
        template.place,
        `no handler is named '${notification}' or listens to it`,
        suggest(notification, names),
      );
  }
}
