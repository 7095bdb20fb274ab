import { groupNameRule, hostNameRule, isGroupName, isHostName } from '../../engine/module/line.ts';
import { defineModule } from '../../engine/module/module.ts';

const names = ['name', 'hostname', 'host'] as const;
const groupNames = ['groups', 'group', 'groupname'] as const;
const group = {
  oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  description: 'Its groups: a list, or text with commas. Groups that do not exist yet are created.',
} as const;
const name = {
  type: 'string',
  minLength: 1,
  description: 'The name of the host; `name:port` also sets ansible_port.',
} as const;

export const add_host = defineModule({
  name: 'add_host',
  summary: 'Adds a host to the inventory for the rest of the run.',
  subject: 'control',
  args: {
    type: 'object',
    description:
      'Runs once for all hosts of the batch, in check mode too; use loop for several hosts. All other arguments are variables of the new host. ' +
      'Later plays find it by its name and its groups.',
    properties: { name, hostname: name, host: name, groups: group, group, groupname: group },
    propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
    oneOf: [{ required: ['name'] }, { required: ['hostname'] }, { required: ['host'] }],
    additionalProperties: true,
  },
  returns: {
    type: 'object',
    properties: {
      add_host: { type: 'object', additionalProperties: true, description: 'host_name, groups and host_vars.' },
    },
  },
  lint(args) {
    const { host, groups } = partsOf(args);
    return [
      ...(host === undefined || isHostName(host) ? [] : [`'${host}' is not a host name: ${hostNameRule}`]),
      ...groups.filter((text) => !isGroupName(text)).map((text) => `'${text}' is not a group name: ${groupNameRule}`),
    ];
  },
  addsToInventory: ['name', 'hostname', 'host', 'groups', 'group', 'groupname'],
  once: true,
  examples: [
    `- name: the machine that was just made
  add_host:
    name: web9
    groups: [web, new]
    ansible_host: 192.0.2.19`,
    `- name: everything that the cloud API returned
  add_host:
    name: '{{ item.name }}'
    groups: web
    ansible_host: '{{ item.address }}'
  loop:
    - { name: web10, address: 192.0.2.20 }
    - { name: web11, address: 192.0.2.21 }`,
  ],
  check(args: Readonly<Record<string, unknown>>) {
    const own = new Set<string>([...names, ...groupNames]);
    const { host = '', port, groups } = partsOf(args);
    const variables = {
      ...(port !== undefined && { ansible_port: Number(port) }),
      ...Object.fromEntries(Object.entries(args).filter(([n]) => !own.has(n))),
    };
    return Promise.resolve({
      present: null,
      differences: [],
      inventory: { host, groups, variables },
      result: { add_host: { host_name: host, groups, host_vars: variables } },
    });
  },
});

/** `name:port`, and the groups. */
function partsOf(args: Readonly<Record<string, unknown>>): { host?: string; port?: string; groups: readonly string[] } {
  const named = names.map((n) => args[n]).find((text) => typeof text === 'string');
  const [, host = named, port] = /^([^:]+):(\d+)$/.exec(named ?? '') ?? [];
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    groups: groupNames.flatMap((n) => listOf(args[n])),
  };
}

function listOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(',') : [];
  return list.map((text) => text.trim()).filter((text) => text !== '');
}
