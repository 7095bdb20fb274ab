import type { Shape } from '../expressions/shape.ts';

/** Variables that tsplay itself sets for every task; their names are reserved. */
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

/** Ansible's names for what has a different name here, with a hint. */
export const renamed: ReadonlyMap<string, string> = new Map([
  ['ansible_facts', "facts are under 'facts', e.g. facts.os.family"],
  ['ansible_failed_task', 'use failed_task'],
  ['ansible_failed_result', 'use failed_result'],
  ['ansible_os_family', 'use facts.os.family'],
  ['ansible_distribution', 'use facts.os.id'],
  ['ansible_distribution_release', 'use facts.os.codename'],
  ['ansible_architecture', 'use facts.architecture'],
  ['ansible_hostname', 'use facts.hostname'],
  ['ansible_fqdn', 'use facts.fqdn'],
  ['ansible_default_ipv4', 'use facts.default_ipv4'],
  ['ansible_kernel', 'use facts.kernel'],
]);

/** Whether templates and conditions can refer to the name. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** Shapes of the magic variables that do not depend on the playbook. */
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
