import type { Kind } from './kinds.ts';

/** Where a keyword can stand. `import`: import_tasks and import_role; `playbook`: import_playbook. */
export const levels = ['play', 'block', 'task', 'handler', 'role', 'import', 'playbook', 'loop_control'] as const;
export type Level = (typeof levels)[number];

export interface Keyword {
  readonly kind: Kind;
  readonly at: readonly Level[];
  readonly choices?: readonly string[];
}

const running: readonly Level[] = ['play', 'block', 'task', 'handler', 'role', 'import'];
const tasks: readonly Level[] = ['task', 'handler'];
const entries: readonly Level[] = ['block', 'task', 'handler'];

function on(at: readonly Level[], kind: Kind, choices?: readonly string[]): Keyword {
  return { kind, at, ...(choices && { choices }) };
}

/** Every keyword: what value it takes, and where it may stand. All messages about keywords follow from this table. */
export const keywords: Readonly<Record<string, Keyword>> = {
  name: on(['play', 'block', 'task', 'handler', 'import', 'playbook', 'role'], 'text or expression'),
  // how things run, handed down to the tasks inside
  any_errors_fatal: on(running, 'boolean or expression'),
  become: on(running, 'boolean or expression'),
  become_user: on(running, 'text or expression'),
  become_method: on(running, 'text or expression'),
  become_flags: on(running, 'text or expression'),
  check_mode: on(running, 'boolean or expression'),
  connection: on(running, 'text or expression'),
  diff: on(running, 'boolean or expression'),
  environment: on(running, 'maps'),
  ignore_errors: on(running, 'boolean or expression'),
  ignore_unreachable: on(running, 'boolean or expression'),
  module_defaults: on(running, 'map'),
  no_log: on(running, 'boolean or expression'),
  port: on(running, 'number or expression'),
  remote_user: on(running, 'text or expression'),
  run_once: on(running, 'boolean or expression'),
  tags: on([...running, 'playbook'], 'names'),
  throttle: on(running, 'number or expression'),
  timeout: on(running, 'number or expression'),
  vars: on([...running, 'playbook'], 'map'),
  when: on(['block', 'task', 'handler', 'role', 'import', 'playbook'], 'conditions'),
  delegate_to: on([...entries, 'role', 'import'], 'text or expression'),
  delegate_facts: on([...entries, 'role', 'import'], 'boolean or expression'),
  notify: on([...entries, 'import'], 'texts'),
  // plays
  hosts: on(['play'], 'texts'),
  vars_files: on(['play'], 'names'),
  gather_facts: on(['play'], 'boolean'),
  pre_tasks: on(['play'], 'list'),
  roles: on(['play'], 'list'),
  tasks: on(['play'], 'list'),
  post_tasks: on(['play'], 'list'),
  handlers: on(['play'], 'list'),
  serial: on(['play'], 'batches'),
  strategy: on(['play'], 'text', ['linear', 'free']),
  order: on(['play'], 'text', ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted']),
  max_fail_percentage: on(['play'], 'number'),
  force_handlers: on(['play'], 'boolean'),
  // blocks
  block: on(['block'], 'list'),
  rescue: on(['block'], 'list'),
  always: on(['block'], 'list'),
  // tasks
  args: on(tasks, 'map'),
  loop: on(tasks, 'list or expression'),
  loop_control: on(tasks, 'map'),
  until: on(tasks, 'conditions'),
  retries: on(tasks, 'number or expression'),
  delay: on(tasks, 'number or expression'),
  register: on(tasks, 'text'),
  changed_when: on(tasks, 'conditions'),
  failed_when: on(tasks, 'conditions'),
  listen: on(['handler'], 'names'),
  // roles of a play
  role: on(['role'], 'text'),
  // loop_control
  loop_var: on(['loop_control'], 'text'),
  index_var: on(['loop_control'], 'text'),
  label: on(['loop_control'], 'any'),
  pause: on(['loop_control'], 'number or expression'),
  extended: on(['loop_control'], 'boolean'),
};

/** What Ansible has and this engine has not (yet): told as such, never passed over. */
export const notSupported: ReadonlyMap<string, string | undefined> = new Map([
  ['action', 'name the module as the key of the task'],
  ['local_action', 'name the module as the key of the task and add: delegate_to: localhost'],
  ['async', undefined],
  ['poll', undefined],
  ['vars_prompt', 'give the values with --extra-vars'],
  ['include', 'use import_tasks'],
  ['include_tasks', 'use import_tasks'],
  ['include_role', 'use import_role'],
  ['include_vars', "use the play's vars_files"],
  ['collections', 'modules need no collection here: leave it out'],
  ['debugger', undefined],
  ['fact_path', undefined],
  ['gather_subset', 'only the facts that are referred to are read: leave it out'],
  ['gather_timeout', undefined],
  ['become_exe', undefined],
]);

export function keywordsAt(level: Level): readonly string[] {
  return Object.keys(keywords).filter((name) => keywords[name]!.at.includes(level));
}
