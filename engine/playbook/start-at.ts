import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { selected } from './tags.ts';
import type { Block, Entry, Play, Task } from './types.ts';
import { withInside } from './walk.ts';

/** What --start-at-task and the tags choose. */
export interface Start {
  /** The name of a task, with or without `role : ` before it; * and ? stand for any characters. Missing: from the beginning. */
  readonly startAt?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/**
 * The plays without all that stands before the first task of that name. As in Ansible it is looked for among what runs
 * by itself: not among rescues, handlers and what includes bring in.
 */
export function startingAt(
  plays: readonly Play[],
  { startAt, tags, skipTags }: Start,
  diagnostics: Diagnostics,
): readonly Play[] {
  if (startAt === undefined) return plays;
  const fits = matcher(startAt);
  const found = (entry: Entry): boolean =>
    entry.kind !== 'block' && selected(entry.tags, tags, skipTags) && namesOf(entry).some(fits);
  for (const [index, play] of plays.entries())
    for (const [position, section] of play.sections.entries()) {
      const cut = from(section, found);
      if (!cut) continue;
      const sections = play.sections.map((other, i) => (i < position ? [] : i === position ? cut : other));
      return [{ ...play, sections }, ...plays.slice(index + 1)];
    }
  const all = plays.flatMap((play) => play.sections.flat()).flatMap(withInside);
  const elsewhere = all.some((entry) => entry.kind !== 'block' && namesOf(entry).some(fits));
  diagnostics.error(
    'unknown-task',
    undefined,
    elsewhere
      ? `--start-at-task: '${startAt}' cannot be the start: its tags leave it out, or it runs only as a rescue or inside an include`
      : `--start-at-task: no task is called '${startAt}'`,
    elsewhere
      ? 'start at a task before it'
      : suggest(
          startAt,
          all.map((entry) => entry.name),
        ),
  );
  return plays;
}

/** The entries from the one that is found; undefined where none is. */
function from(entries: readonly Entry[], found: (entry: Entry) => boolean): readonly Entry[] | undefined {
  for (const [i, entry] of entries.entries()) {
    const first = entry.kind === 'block' ? blockFrom(entry, found) : found(entry) ? entry : undefined;
    if (first) return [first, ...entries.slice(i + 1)];
  }
  return undefined;
}

function blockFrom(block: Block, found: (entry: Entry) => boolean): Block | undefined {
  const begin = from(block.block, found);
  if (begin) return { ...block, block: begin };
  const always = from(block.always, found);
  return always && { ...block, block: [], rescue: [], always };
}

function namesOf({ name, role }: Exclude<Entry, Block> | Task): readonly string[] {
  return role ? [name, `${role.name} : ${name}`] : [name];
}

function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
  });
  const expression = new RegExp(`^${parts.join('')}$`, 's');
  return (name) => name === pattern || expression.test(name);
}
