import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { selected } from './tags.ts';
import type { Block, Entry, Play, Task } from './types.ts';
import { withInside } from './walk.ts';

/** The selection by --start-at-task and tags. */
export interface Start {
  /** A task name, optionally prefixed with `role : `; * and ? are wildcards. Missing: from the beginning. */
  readonly startAt?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/**
 * The plays from the first task of that name on. As in Ansible, tasks in rescue sections, handlers and includes are not
 * considered.
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
      ? `--start-at-task: cannot start at '${startAt}': its tags exclude it, or it runs only in a rescue section or an include`
      : `--start-at-task: there is no task '${startAt}'`,
    elsewhere
      ? 'start at an earlier task'
      : suggest(
          startAt,
          all.map((entry) => entry.name),
        ),
  );
  return plays;
}

/** The entries from the first match on; undefined without a match. */
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
