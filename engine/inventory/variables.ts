import type { Draft, DraftGroup } from './draft.ts';
import type { Variable } from './types.ts';
import type { VariableFiles } from './variable-files.ts';

/** All that is known of variables once every source has been read. */
export interface VariableSources {
  readonly draft: Draft;
  readonly groupFiles: readonly VariableFiles[];
  readonly hostFiles: readonly VariableFiles[];
  /** How far below `all` a group stands, by the longest way. */
  depth(group: string): number;
}

/** The levels of precedence, lowest first; of two settings of one name the later wins. */
const levels: readonly ((sources: VariableSources, host: string, groups: readonly string[]) => Iterable<Variable>)[] = [
  (sources) => groupSettings(sources, 'all'),
  (sources, _, groups) => byPrecedence(sources, groups).flatMap((group) => groupSettings(sources, group)),
  ({ draft }, host) => draft.hosts.get(host)?.variables ?? [],
  ({ hostFiles }, host) => hostFiles.flatMap((files) => files.get(host) ?? []),
];

/** Every setting that reaches a host of these groups (`all` left out), lowest precedence first. */
export function settingsOf(sources: VariableSources, host: string, groups: readonly string[]): Variable[] {
  return levels.flatMap((level) => [...level(sources, host, groups)]);
}

/** Within a group, what stands in the inventory itself comes before the files of group_vars. */
function groupSettings({ draft, groupFiles }: VariableSources, group: string): Variable[] {
  return [...(draft.groups.get(group)?.variables ?? []), ...groupFiles.flatMap((files) => files.get(group) ?? [])];
}

/** Shallow groups before deep ones, then by ansible_group_priority, then by name. */
function byPrecedence(sources: VariableSources, groups: readonly string[]): string[] {
  const priority = (name: string): number => priorityOf(sources.draft.groups.get(name));
  return groups.toSorted(
    (a, b) => sources.depth(a) - sources.depth(b) || priority(a) - priority(b) || (a < b ? -1 : 1),
  );
}

function priorityOf(group: DraftGroup | undefined): number {
  const value = group?.variables.findLast((v) => v.name === 'ansible_group_priority')?.value;
  return value?.kind === 'scalar' && Number.isInteger(Number(value.value)) ? Number(value.value) : 1;
}
