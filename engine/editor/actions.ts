import type { ArgumentSchema } from '../module/schema.ts';
import { metaActions } from '../playbook/entries.ts';

/** An action in place of a module: it includes plays, tasks or roles, or controls the run. */
export interface Action {
  readonly name: string;
  readonly summary: string;
  readonly args: ArgumentSchema;
  /** The argument that a text value sets. */
  readonly freeForm: string;
  /** An entry of a playbook, not of a task list. */
  readonly ofPlaybook?: true;
  readonly examples: readonly string[];
}

const file = {
  type: 'string',
  description: 'A task file: beside this one, in the role, or beside the playbook.',
} as const;
const apply = {
  type: 'object',
  description:
    'Keywords for the included tasks (`tags`, `when`, `become` …); keywords on the include apply to itself only.',
} as const;
const role = {
  name: { type: 'string', description: 'The name of the role.' },
  role: { type: 'string', description: 'Alias of name.' },
  tasks_from: { type: 'string', default: 'main', description: "The file in the role's tasks/." },
  vars_from: { type: 'string', default: 'main', description: "The file in the role's vars/." },
  defaults_from: { type: 'string', default: 'main', description: "The file in the role's defaults/." },
  handlers_from: { type: 'string', default: 'main', description: "The file in the role's handlers/." },
  allow_duplicates: { type: 'boolean', default: true, description: 'Run the role even if it has already run.' },
  public: { type: 'boolean', description: "Make the role's variables visible to later tasks." },
  rolespec_validate: {
    type: 'boolean',
    default: true,
    description: "Check the variables against the role's argument_specs.",
  },
} as const;

export const actions: readonly Action[] = [
  {
    name: 'import_playbook',
    ofPlaybook: true,
    summary: 'Imports the plays of another playbook.',
    freeForm: 'file',
    args: {
      type: 'object',
      properties: { file: { type: 'string', description: 'A playbook, relative to this one.' } },
      required: ['file'],
      additionalProperties: false,
    },
    examples: ['- import_playbook: database.yml'],
  },
  {
    name: 'import_tasks',
    summary: 'Imports the tasks of a file before anything runs.',
    freeForm: 'file',
    args: { type: 'object', properties: { file }, required: ['file'], additionalProperties: false },
    examples: ['- name: users and their keys\n  import_tasks: users.yml\n  tags: users'],
  },
  {
    name: 'include_tasks',
    summary: 'Includes the tasks of a file that is selected at run time.',
    freeForm: 'file',
    args: { type: 'object', properties: { file, apply }, required: ['file'], additionalProperties: false },
    examples: ["- name: system-specific tasks\n  include_tasks: 'system/{{facts.os.family}}.yml'"],
  },
  {
    name: 'import_role',
    summary: 'Imports the tasks of a role before anything runs.',
    freeForm: 'name',
    args: { type: 'object', properties: role, additionalProperties: false },
    examples: ['- name: only the packages of the role\n  import_role:\n    name: common\n    tasks_from: packages'],
  },
  {
    name: 'include_role',
    summary: 'Includes the tasks of a role that is selected at run time.',
    freeForm: 'name',
    args: { type: 'object', properties: { ...role, apply }, additionalProperties: false },
    examples: [
      '- name: one role for each site\n  include_role:\n    name: site\n  loop: [shop, blog]\n  loop_control:\n    loop_var: site',
    ],
  },
  {
    name: 'meta',
    summary: 'Controls the run itself.',
    freeForm: 'action',
    args: {
      type: 'object',
      properties: {
        action: {
          enum: metaActions,
          description:
            '`flush_handlers`: run notified handlers now. `end_host`, `end_play`, `end_batch`: run no further tasks for the host, the play, the batch. `clear_host_errors`: let failed hosts take part again. `reset_connection`: reconnect. `refresh_inventory`: reload the inventory.',
        },
      },
      required: ['action'],
      additionalProperties: false,
    },
    examples: ['- name: restart the service before the next task\n  meta: flush_handlers'],
  },
];
