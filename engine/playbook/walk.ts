import type { Entry, Handler, Play, Task } from './types.ts';

/** The entries inside an entry, in order; for an include, those of all candidates. */
export function insideOf(entry: Entry): readonly Entry[] {
  if (entry.kind === 'block') return [...entry.block, ...entry.rescue, ...entry.always];
  if (entry.kind !== 'include') return [];
  return entry.candidates.flatMap(({ checked }) => checked?.lists.flatMap((list) => list.entries) ?? []);
}

/** The entry and everything inside it. */
export function withInside(entry: Entry): readonly Entry[] {
  return [entry, ...insideOf(entry).flatMap(withInside)];
}

/** Every entry of a play, handlers last. */
export function entriesOf(play: Play): readonly Entry[] {
  return [...play.sections.flat(), ...play.handlers].flatMap(withInside);
}

export function tasksOf(play: Play): readonly Task[] {
  return entriesOf(play).filter((entry) => entry.kind === 'task');
}

/** The handlers of the play and of the roles that its tasks may include. */
export function handlersOf(play: Play): readonly Handler[] {
  const included = entriesOf(play).flatMap((e) => (e.kind === 'include' ? e.candidates : []));
  return [...play.handlers, ...included.flatMap(({ checked }) => checked?.handlers ?? [])];
}
