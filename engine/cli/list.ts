import { selected } from '../playbook/tags.ts';
import type { Entry, Play } from '../playbook/types.ts';
import { withInside } from '../playbook/walk.ts';

/** What of each play to list. */
export interface ListOptions {
  readonly hosts: boolean;
  readonly tasks: boolean;
  readonly tags: boolean;
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** The plays of a run for a person, without running them. */
export function listOf(plays: ReadonlyMap<Play, readonly string[]>, options: ListOptions): string {
  const lines: string[] = [];
  for (const [play, hosts] of plays) {
    const entries = play.sections.flat();
    lines.push(`${lines.length > 0 ? '\n' : ''}play: ${play.name}${shownTags(play.tags)}`);
    if (options.hosts) lines.push(...listed(`hosts (${hosts.length})`, hosts));
    if (options.tasks) lines.push(...listed('tasks', outline(entries, options)));
    if (options.tags) lines.push(...listed('tags', tagsOf(entries, options)));
  }
  return lines.join('\n');
}

function listed(heading: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [`  ${heading}: none`] : [`  ${heading}:`, ...items.map((item) => `    ${item}`)];
}

/** Tasks below the blocks and includes that hold them, without those that the tags exclude. */
function outline(entries: readonly Entry[], options: ListOptions): readonly string[] {
  return entries.flatMap((entry): readonly string[] => {
    if (entry.kind === 'block') {
      const parts = [
        ...indented(outline(entry.block, options)),
        ...titled('rescue', outline(entry.rescue, options)),
        ...titled('always', outline(entry.always, options)),
      ];
      return parts.length === 0 ? [] : [`block${entry.name === 'block' ? '' : `: ${entry.name}`}`, ...parts];
    }
    if (!selected(entry.tags, options.only, options.skip)) return [];
    const line = `${entry.role ? `${entry.role.name} : ` : ''}${entry.name}${shownTags(entry.tags)}`;
    if (entry.kind !== 'include') return [line];
    const inside = entry.candidates.flatMap(({ title, checked }) =>
      titled(title, outline(checked?.lists.flatMap((list) => list.entries) ?? [], options)),
    );
    return [line, ...indented(inside)];
  });
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...indented(lines)];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function shownTags(tags: Iterable<string>): string {
  const names = [...tags].sort();
  return names.length === 0 ? '' : `  [${names.join(', ')}]`;
}

function tagsOf(entries: readonly Entry[], { only, skip }: ListOptions): readonly string[] {
  const chosen = entries
    .flatMap(withInside)
    .filter((entry) => entry.kind !== 'block' && selected(entry.tags, only, skip));
  return [...new Set(chosen.flatMap(({ tags }) => [...tags]))].sort();
}
