import type { Draft, DraftGroup } from './draft.ts';
import type { Host, Variable } from './types.ts';
import type { VariableFiles } from './variable-files.ts';

/** All variables, once every source has been read. */
export interface VariableSources {
  readonly draft: Draft;
  /** group_vars and host_vars beside the inventories; later ones override. */
  readonly inventory: readonly VariableFolder[];
  /** The same beside the playbooks. */
  readonly playbook: readonly VariableFolder[];
  /** The depth of a group below `all`, by the longest path. */
  depth(group: string): number;
}

/** The variables in a folder beside an inventory or a playbook, by name of group and host. */
export interface VariableFolder {
  readonly groups: VariableFiles;
  readonly hosts: VariableFiles;
}

/** The host whose variables are collected. */
interface Subject {
  readonly host: string;
  /** Set at the host in the inventory itself. */
  readonly own: readonly Variable[];
  /** Its groups without `all`, lowest precedence first. */
  readonly groups: readonly string[];
}

type Level = (sources: VariableSources, subject: Subject) => readonly Variable[];

/** Ansible's precedence levels, lowest first; the last setting of a name wins. */
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

/** The names of all variables set anywhere. */
export function namesIn({ draft, inventory, playbook }: VariableSources): ReadonlySet<string> {
  const inFiles = [...inventory, ...playbook].flatMap(({ groups, hosts }) => [...groups.values(), ...hosts.values()]);
  const inInventory = [...draft.groups.values(), ...draft.hosts.values()].map(({ variables }) => variables);
  return new Set([...inFiles, ...inInventory].flat().map(({ name }) => name));
}

/** What one group sets, lowest precedence first. */
export function groupSettings({ draft, inventory, playbook }: VariableSources, group: string): Variable[] {
  return [...inline(draft.groups.get(group)), ...ofGroups(inventory, [group]), ...ofGroups(playbook, [group])];
}

/** Folder by folder: a later inventory overrides all groups of an earlier one. */
function ofGroups(folders: readonly VariableFolder[], groups: readonly string[]): Variable[] {
  return folders.flatMap((folder) => groups.flatMap((group) => folder.groups.get(group) ?? []));
}

const priorityName = 'ansible_group_priority';

/** Variables set in the inventory itself, without the group priority, which hosts do not inherit. */
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

/** Default: 1. Only the inventory itself can set it (group_vars cannot, as in Ansible). */
function priorityOf(group: DraftGroup | undefined): number {
  const value = priorityOfVariable(group)?.value;
  return value?.kind === 'scalar' && Number.isInteger(Number(value.value)) ? Number(value.value) : 1;
}

export function priorityOfVariable(group: DraftGroup | undefined): Variable | undefined {
  return group?.variables.findLast(({ name }) => name === priorityName);
}

const winners = new WeakMap<readonly Variable[], ReadonlyMap<string, Variable>>();

/** The winning setting of a variable for a host. */
export function settingOf(host: Host | undefined, name: string): Variable | undefined {
  const settings = host?.settings;
  if (!settings) return undefined;
  let byName = winners.get(settings);
  if (!byName) winners.set(settings, (byName = new Map(settings.map((setting) => [setting.name, setting]))));
  return byName.get(name);
}
