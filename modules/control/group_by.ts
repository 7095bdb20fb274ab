import { groupNameRule, isGroupName } from '../../engine/module/line.ts';
import { defineModule } from '../../engine/module/module.ts';

export const group_by = defineModule({
  name: 'group_by',
  summary: 'Adds each host to a group named by an expression, for the rest of the run.',
  subject: 'control',
  args: {
    type: 'object',
    description:
      'Also done in check mode. Later plays can use the groups like any others; spaces in their names become dashes.',
    properties: {
      key: { type: 'string', minLength: 1, description: 'The name of the group.' },
      parents: {
        oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
        default: 'all',
        description: 'Parent groups of the group.',
      },
    },
    required: ['key'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      add_group: { type: 'string', description: 'The group.' },
      parent_groups: { type: 'array', items: { type: 'string' }, description: 'Its parent groups.' },
    },
  },
  lint({ key, parents }) {
    const names = [key, ...[parents].flat()].filter((text) => typeof text === 'string').map(plain);
    return names.filter((text) => !isGroupName(text)).map((text) => `'${text}' is not a group name: ${groupNameRule}`);
  },
  addsToInventory: ['key', 'parents'],
  examples: [
    `- name: a group for each distribution
  group_by:
    key: 'os_{{ facts.os.id }}'`,
    `- name: those with little memory, among the web servers
  group_by:
    key: small
    parents: web
  when: facts.memory_mb < 2000`,
  ],
  check({ key, parents }) {
    const [group, above] = [plain(key), [parents].flat().map(plain)];
    return Promise.resolve({
      present: null,
      differences: [],
      inventory: { groups: [group], parents: above },
      result: { add_group: group, parent_groups: above },
    });
  },
});

const plain = (text: string): string => text.replaceAll(' ', '-');
