import { defineModule } from '../../engine/module/module.ts';

export const set_fact = defineModule({
  name: 'set_fact',
  setsVariables: true,
  summary: 'Sets variables of the host for the rest of the run.',
  subject: 'control',
  args: {
    type: 'object',
    description: 'They override all variables except extra vars.',
    propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
    additionalProperties: true,
    minProperties: 1,
  },
  examples: [
    `- name: remember which node is first
  set_fact:
    first_node: '{{groups.control_plane.[0]}}'`,
    `- name: settings that follow from others
  set_fact:
    api_port: 6443
    api_names: [api.example.com, api]`,
  ],
  check: (args) => Promise.resolve({ present: null, differences: [], facts: args, result: { ansible_facts: args } }),
});
