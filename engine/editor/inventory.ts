import { loosened } from './expression.ts';
import { described, type Json, reference } from './json.ts';

const word = { type: 'string' };
const whole = { type: 'integer', minimum: 1 };
const flag = { type: ['boolean', 'string'] };

/** The variables of a host that the connection reads. */
export const connectionVariables: Readonly<Record<string, { readonly describe: string; readonly value: Json }>> = {
  ansible_host: { describe: 'The address to connect to; by default the name of the host.', value: word },
  ansible_port: { describe: 'The port of sshd. Default: 22.', value: whole },
  ansible_user: { describe: 'The user to log in as; by default your own name.', value: word },
  ansible_password: { describe: 'The password to log in with. Keep it in the vault.', value: word },
  ansible_connection: { describe: 'How to reach the host. Default: ssh.', value: { enum: ['ssh', 'local'] } },
  ansible_private_key_file: { describe: 'The key to log in with.', value: word },
  ansible_ssh_private_key_passphrase: { describe: 'The passphrase of the key. Keep it in the vault.', value: word },
  ansible_host_key_checking: {
    describe: 'Whether the key of the host must be known: true (the default), accept-new, or false.',
    value: flag,
  },
  ansible_timeout: { describe: 'Seconds for connecting. Default: 10.', value: whole },
  ansible_ssh_args: { describe: 'Options as of ssh: -o, -J, -i, -p, -l.', value: word },
  ansible_ssh_common_args: { describe: 'As ansible_ssh_args; wins over it.', value: word },
  ansible_ssh_extra_args: { describe: 'As ansible_ssh_common_args; wins over it.', value: word },
  ansible_become: { describe: 'Run as another user; wins over the keyword become.', value: flag },
  ansible_become_user: { describe: 'The user to become. Default: root.', value: word },
  ansible_become_method: {
    describe: 'How to become another user. Default: sudo.',
    value: { enum: ['sudo', 'su', 'doas'] },
  },
  ansible_become_password: { describe: 'The password for becoming. Keep it in the vault.', value: word },
  ansible_become_flags: { describe: 'Further options for sudo, su or doas.', value: word },
};

/** Other names of Ansible's for the same. */
export const otherNames: Readonly<Record<string, string>> = {
  ansible_ssh_host: 'ansible_host',
  ansible_ssh_port: 'ansible_port',
  ansible_ssh_user: 'ansible_user',
  ansible_ssh_password: 'ansible_password',
  ansible_ssh_pass: 'ansible_password',
  ansible_ssh_private_key_file: 'ansible_private_key_file',
  ansible_ssh_host_key_checking: 'ansible_host_key_checking',
  ansible_ssh_timeout: 'ansible_timeout',
  ansible_become_pass: 'ansible_become_password',
};

const variables: Json = {
  type: ['object', 'null'],
  properties: Object.fromEntries(
    Object.entries(connectionVariables).map(([name, { describe, value }]) => [
      name,
      { ...described(describe), ...loosened(value) },
    ]),
  ),
};

/** A file of variables: group_vars, host_vars, vars_files, a role's defaults and vars. */
export function variablesSchema(): Json {
  return { title: 'variables', ...variables, propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } };
}

/** An inventory in YAML: groups, each with hosts, variables and further groups. */
export function inventorySchema(): Json {
  const groups: Json = { type: ['object', 'null'], additionalProperties: reference('group') };
  return {
    title: 'inventory',
    type: ['object'],
    properties: { all: { ...described('The group of all hosts.'), ...reference('group') } },
    additionalProperties: reference('group'),
    definitions: {
      variables,
      group: {
        type: ['object', 'null'],
        properties: {
          hosts: {
            ...described(
              'Hosts by name, each with its variables: `web1: { ansible_host: 192.0.2.10 }`; ranges: `web[1:3]:`',
            ),
            type: ['object', 'string', 'null'],
            additionalProperties: reference('variables'),
          },
          vars: { ...described('Variables of all hosts of the group.'), ...reference('variables') },
          children: { ...described('Groups whose hosts are in this one too.'), ...groups },
        },
        additionalProperties: false,
      },
    },
  };
}
