import type { Shape } from '../expressions/shape.ts';

/** Variables that the engine itself gives to every task; nothing may register under one of these names. */
export const magicNames: readonly string[] = [
  'inventory_hostname',
  'inventory_hostname_short',
  'groups',
  'group_names',
  'hostvars',
  'playbook_dir',
  'role_path',
  'role_name',
  'inventory_dir',
  'inventory_file',
  'omit',
  'play_hosts',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_batch',
  'ansible_check_mode',
  'ansible_diff_mode',
  'facts',
];

/** The value of the variable `omit`: an argument that evaluates to it is left out, as if it had not been written. */
export const omit: unique symbol = Symbol('omit');

/** Only inside `rescue`. */
export const rescueNames: readonly string[] = ['failed_task', 'failed_result'];

/** What Ansible calls by another name. */
export const renamed: ReadonlyMap<string, string> = new Map([
  ['ansible_facts', "facts stand under 'facts', e.g. facts.os.family"],
  ['ansible_failed_task', "here it is called 'failed_task'"],
  ['ansible_failed_result', "here it is called 'failed_result'"],
  ['ansible_os_family', "facts stand under 'facts': facts.os.family"],
  ['ansible_distribution', "facts stand under 'facts': facts.os.id"],
  ['ansible_distribution_release', "facts stand under 'facts': facts.os.codename"],
  ['ansible_architecture', "facts stand under 'facts': facts.architecture"],
  ['ansible_hostname', "facts stand under 'facts': facts.hostname"],
  ['ansible_fqdn', "facts stand under 'facts': facts.fqdn"],
  ['ansible_default_ipv4', "facts stand under 'facts': facts.default_ipv4"],
  ['ansible_kernel', "facts stand under 'facts': facts.kernel"],
]);

/** A name that templates and conditions can use. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** What those of them hold whose shape does not hang on the playbook. */
export const magicShapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['inventory_hostname', 'string'],
  ['inventory_hostname_short', 'string'],
  ['groups', { values: { list: 'string' } }],
  ['group_names', { list: 'string' }],
  ['playbook_dir', 'string'],
  ['play_hosts', { list: 'string' }],
  ['ansible_play_hosts', { list: 'string' }],
  ['ansible_play_hosts_all', { list: 'string' }],
  ['ansible_play_batch', { list: 'string' }],
  ['ansible_check_mode', 'bool'],
  ['ansible_diff_mode', 'bool'],
]);
