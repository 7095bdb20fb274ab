import type { Entry, Handler, Play, Task } from './types.ts';

/** What stands inside an entry, in the order in which it runs; of what is chosen only at run time all that can be. */
export function insideOf(entry: Entry): readonly Entry[] {
  if (entry.kind === 'block') return [...entry.block, ...entry.rescue, ...entry.always];
  if (entry.kind !== 'include') return [];
  return entry.candidates.flatMap(({ checked }) => checked?.lists.flatMap((list) => list.entries) ?? []);
}

/** The entry and all that stands inside it. */
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

/** Those of the play, and those of roles that its tasks may include. */
export function handlersOf(play: Play): readonly Handler[] {
  const included = entriesOf(play).flatMap((e) => (e.kind === 'include' ? e.candidates : []));
  return [...play.handlers, ...included.flatMap(({ checked }) => checked?.handlers ?? [])];
}
