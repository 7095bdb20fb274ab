import type { Draft, DraftGroup } from './draft.ts';
import type { Host, Variable } from './types.ts';
import type { VariableFiles } from './variable-files.ts';

/** All that is known of variables once every source has been read. */
export interface VariableSources {
  readonly draft: Draft;
  /** group_vars and host_vars beside the inventories, the later over the earlier. */
  readonly inventory: readonly VariableFolder[];
  /** The same beside the playbooks. */
  readonly playbook: readonly VariableFolder[];
  /** How far below `all` a group stands, by the longest way. */
  depth(group: string): number;
}

/** What stands in a folder beside an inventory or a playbook, by name of group and host. */
export interface VariableFolder {
  readonly groups: VariableFiles;
  readonly hosts: VariableFiles;
}

/** Whom variables are looked up for. */
interface Subject {
  readonly host: string;
  /** What stands at the host in the inventory itself. */
  readonly own: readonly Variable[];
  /** Its groups without `all`, those of lower precedence first. */
  readonly groups: readonly string[];
}

type Level = (sources: VariableSources, subject: Subject) => readonly Variable[];

/** Ansible's levels of precedence, lowest first; of two settings of one name the later wins. */
const levels: readonly Level[] = [
  ({ draft }) => inline(draft.groups.get('all')),
  ({ draft }, { groups }) => groups.flatMap((group) => inline(draft.groups.get(group))),
  ({ inventory }) => inventory.flatMap((folder) => folder.groups.get('all') ?? []),
  ({ playbook }) => playbook.flatMap((folder) => folder.groups.get('all') ?? []),
  ({ inventory }, { groups }) => ofGroups(inventory, groups),
  ({ playbook }, { groups }) => ofGroups(playbook, groups),
  (_, { own }) => own,
  ({ inventory }, { host }) => inventory.flatMap((folder) => folder.hosts.get(host) ?? []),
  ({ playbook }, { host }) => playbook.flatMap((folder) => folder.hosts.get(host) ?? []),
];

/** Every setting that reaches a host of these groups (`all` left out), lowest precedence first. */
export function settingsOf(
  sources: VariableSources,
  host: string,
  own: readonly Variable[],
  groups: readonly string[],
): Variable[] {
  const subject = { host, own, groups: byPrecedence(sources, groups) };
  return levels.flatMap((level) => level(sources, subject));
}

/** The names of all variables that are written anywhere. */
export function namesIn({ draft, inventory, playbook }: VariableSources): ReadonlySet<string> {
  const inFiles = [...inventory, ...playbook].flatMap(({ groups, hosts }) => [...groups.values(), ...hosts.values()]);
  const inInventory = [...draft.groups.values(), ...draft.hosts.values()].map(({ variables }) => variables);
  return new Set([...inFiles, ...inInventory].flat().map(({ name }) => name));
}

/** What one group sets, lowest precedence first. */
export function groupSettings({ draft, inventory, playbook }: VariableSources, group: string): Variable[] {
  return [...inline(draft.groups.get(group)), ...ofGroups(inventory, [group]), ...ofGroups(playbook, [group])];
}

/** In each folder by group: a later inventory stands above the groups of an earlier one. */
function ofGroups(folders: readonly VariableFolder[], groups: readonly string[]): Variable[] {
  return folders.flatMap((folder) => groups.flatMap((group) => folder.groups.get(group) ?? []));
}

const priorityName = 'ansible_group_priority';

/** What stands in the inventory itself. The priority of a group is no variable of its hosts. */
function inline(group: DraftGroup | undefined): readonly Variable[] {
  return group?.variables.filter(({ name }) => name !== priorityName) ?? [];
}

/** Shallow groups before deep ones, then by ansible_group_priority, then by name. */
function byPrecedence(sources: VariableSources, groups: readonly string[]): string[] {
  const priority = (name: string): number => priorityOf(sources.draft.groups.get(name));
  return groups.toSorted(
    (a, b) => sources.depth(a) - sources.depth(b) || priority(a) - priority(b) || (a < b ? -1 : 1),
  );
}

/** 1 unless the inventory itself says otherwise (in group_vars it means nothing, as in Ansible). */
function priorityOf(group: DraftGroup | undefined): number {
  const value = priorityOfVariable(group)?.value;
  return value?.kind === 'scalar' && Number.isInteger(Number(value.value)) ? Number(value.value) : 1;
}

export function priorityOfVariable(group: DraftGroup | undefined): Variable | undefined {
  return group?.variables.findLast(({ name }) => name === priorityName);
}

const winners = new WeakMap<readonly Variable[], ReadonlyMap<string, Variable>>();

/** The setting of a variable that wins on a host. */
export function settingOf(host: Host | undefined, name: string): Variable | undefined {
  const settings = host?.settings;
  if (!settings) return undefined;
  let byName = winners.get(settings);
  if (!byName) winners.set(settings, (byName = new Map(settings.map((setting) => [setting.name, setting]))));
  return byName.get(name);
}
