import type { ArgumentSchema } from '../module/schema.ts';
import { metaActions } from '../playbook/entries.ts';

/** What stands in the place of a module and is none: it brings in further plays, tasks, roles or variables, or steers the run. */
export interface Action {
  readonly name: string;
  readonly summary: string;
  readonly args: ArgumentSchema;
  /** What the value means where it is text instead of a map. */
  readonly freeForm: string;
  /** An entry of a playbook, rather than of a list of tasks. */
  readonly ofPlaybook?: true;
  readonly examples: readonly string[];
}

const file = {
  type: 'string',
  description: 'A file of tasks: beside this one, in the role or beside the playbook.',
} as const;
const apply = {
  type: 'object',
  description: 'Keywords for the tasks inside (`tags`, `when`, `become` …); those of the include are for itself only.',
} as const;
const role = {
  name: { type: 'string', description: 'The name of the role.' },
  role: { type: 'string', description: 'Another word for name.' },
  tasks_from: { type: 'string', default: 'main', description: "The file of the role's tasks/ to run." },
  vars_from: { type: 'string', default: 'main', description: "The file of the role's vars/." },
  defaults_from: { type: 'string', default: 'main', description: "The file of the role's defaults/." },
  handlers_from: { type: 'string', default: 'main', description: "The file of the role's handlers/." },
  allow_duplicates: { type: 'boolean', default: true, description: 'Run the role again where it has run already.' },
  public: { type: 'boolean', description: "The role's variables are also for the tasks that come after it." },
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
    summary: 'The plays of another playbook, in this place.',
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
    summary: 'The tasks of a file, as if they stood here: read before anything runs.',
    freeForm: 'file',
    args: { type: 'object', properties: { file }, required: ['file'], additionalProperties: false },
    examples: ['- name: users and their keys\n  import_tasks: users.yml\n  tags: users'],
  },
  {
    name: 'include_tasks',
    summary: 'The tasks of a file that is chosen when the run comes to it.',
    freeForm: 'file',
    args: { type: 'object', properties: { file, apply }, required: ['file'], additionalProperties: false },
    examples: ["- name: what is particular to this system\n  include_tasks: 'system/{{facts.os.family}}.yml'"],
  },
  {
    name: 'import_role',
    summary: 'The tasks of a role, as if they stood here: read before anything runs.',
    freeForm: 'name',
    args: { type: 'object', properties: role, additionalProperties: false },
    examples: ['- name: only the packages of the role\n  import_role:\n    name: common\n    tasks_from: packages'],
  },
  {
    name: 'include_role',
    summary: 'The tasks of a role that is chosen when the run comes to it.',
    freeForm: 'name',
    args: { type: 'object', properties: { ...role, apply }, additionalProperties: false },
    examples: [
      '- name: one role for each site\n  include_role:\n    name: site\n  loop: [shop, blog]\n  loop_control:\n    loop_var: site',
    ],
  },
  {
    name: 'meta',
    summary: 'Steers the run itself.',
    freeForm: 'action',
    args: {
      type: 'object',
      properties: {
        action: {
          enum: metaActions,
          description:
            '`flush_handlers`: run notified handlers now. `end_host`, `end_play`, `end_batch`: no further tasks for the host, the play, the batch. `clear_host_errors`: hosts that failed take part again. `reset_connection`: log in anew. `refresh_inventory`: read the inventory again.',
        },
      },
      required: ['action'],
      additionalProperties: false,
    },
    examples: ['- name: the service must run in its new form before we go on\n  meta: flush_handlers'],
  },
];
