import { becomeMethods } from '../transport/become/methods.ts';
import { connectionNames } from '../transport/target.ts';
import { loosened } from './expression.ts';
import { described, type Json, reference } from './json.ts';

const word = { type: 'string' };
const whole = { type: 'integer', minimum: 1 };
const flag = { type: ['boolean', 'string'] };

/** The host variables that configure the connection. */
export const connectionVariables: Readonly<Record<string, { readonly describe: string; readonly value: Json }>> = {
  ansible_host: { describe: 'The address to connect to. Default: the host name.', value: word },
  ansible_port: { describe: 'The SSH port. Default: 22.', value: whole },
  ansible_user: { describe: 'The user to log in as. Default: the local user.', value: word },
  ansible_password: { describe: 'The login password. Keep it in the vault.', value: word },
  ansible_connection: { describe: 'The connection type. Default: ssh.', value: { enum: connectionNames } },
  ansible_private_key_file: { describe: 'The private key to log in with.', value: word },
  ansible_ssh_private_key_passphrase: {
    describe: 'The passphrase of the private key. Keep it in the vault.',
    value: word,
  },
  ansible_host_key_checking: {
    describe: 'Whether the host key must be known: true (the default), accept-new, or false.',
    value: flag,
  },
  ansible_timeout: { describe: 'The connection timeout in seconds. Default: 10.', value: whole },
  ansible_ssh_args: { describe: 'Options of ssh: -o, -J, -i, -p, -l.', value: word },
  ansible_ssh_common_args: { describe: 'Like ansible_ssh_args, which it overrides.', value: word },
  ansible_ssh_extra_args: { describe: 'Like ansible_ssh_common_args, which it overrides.', value: word },
  ansible_become: { describe: 'Run as another user; overrides the keyword become.', value: flag },
  ansible_become_user: { describe: 'The user to become. Default: root.', value: word },
  ansible_become_method: {
    describe: 'How to become another user. Default: sudo.',
    value: { enum: becomeMethods },
  },
  ansible_become_password: { describe: 'The password for becoming that user. Keep it in the vault.', value: word },
  ansible_become_exe: { describe: 'The program of the become method. Default: its name.', value: word },
  ansible_become_flags: { describe: 'Additional options for the become method.', value: word },
};

/** Ansible's aliases of these variables. */
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

/** A variables file: group_vars, host_vars, vars_files, a role's defaults and vars. */
export function variablesSchema(): Json {
  return { title: 'variables', ...variables, propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } };
}

/** A YAML inventory: groups with hosts, variables and child groups. */
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
          vars: { ...described('Variables for all hosts of the group.'), ...reference('variables') },
          children: { ...described('Child groups, whose hosts are also in this group.'), ...groups },
        },
        additionalProperties: false,
      },
    },
  };
}
