import { becomeMethods } from '../transport/become/methods.ts';
import type { Kind } from './kinds.ts';

/**
 * The levels at which a keyword is valid. `import`: import_tasks and import_role; `include`: include_tasks and include_role;
 * `playbook`: import_playbook.
 */
export const levels = [
  'play',
  'block',
  'task',
  'handler',
  'role',
  'import',
  'include',
  'playbook',
  'loop_control',
] as const;
export type Level = (typeof levels)[number];
export interface Keyword {
  readonly kind: Kind;
  readonly at: readonly Level[];
  /** What it does, in a sentence: for the editor and the reference. */
  readonly describe: string;
  readonly choices?: readonly string[];
  /** The name of its value in Settings, where it is one: see run/task/settings.ts. */
  readonly setting?: string;
  /** The value where nothing sets it. */
  readonly default?: boolean | number | string;
}

/** The kinds of value that a setting has: it may be an expression, and is then of this type once it is evaluated. */
export type SettingKind = 'boolean or expression' | 'number or expression' | 'text or expression';

const running: readonly Level[] = ['play', 'block', 'task', 'handler', 'role', 'import'];
const tasks: readonly Level[] = ['task', 'handler'];
const entries: readonly Level[] = ['block', 'task', 'handler'];

function on<K extends Kind>(at: readonly Level[], kind: K, describe: string, choices?: readonly string[]) {
  return { kind, at, describe, ...(choices && { choices }) };
}

/** A keyword whose value says how tasks run. Blocks, plays and roles pass it down to the tasks inside. */
function setting<N extends string, K extends SettingKind>(name: N, at: readonly Level[], kind: K, describe: string) {
  return { kind, at, describe, setting: name };
}

/** A setting that has a value even where nothing sets it. */
function defaulted<N extends string, K extends SettingKind, D extends boolean | number | string>(
  name: N,
  value: D,
  at: readonly Level[],
  kind: K,
  describe: string,
) {
  return { kind, at, describe, setting: name, default: value };
}

/** Every keyword: what value it takes and at which levels. All messages about keywords derive from this table. */
const table = {
  name: on(
    ['play', 'block', 'task', 'handler', 'import', 'include', 'playbook', 'role'],
    'text or expression',
    'What it is called in the output; handlers are notified by it.',
  ),
  // how things run, handed down to the tasks inside
  any_errors_fatal: defaulted(
    'anyErrorsFatal',
    false,
    running,
    'boolean or expression',
    'A failure on one host ends the play on all of them, after the task has finished everywhere.',
  ),
  become: setting('become', running, 'boolean or expression', 'Run as another user: become_user, root by default.'),
  become_user: setting('becomeUser', running, 'text or expression', 'The user to become; needs become.'),
  become_method: setting(
    'becomeMethod',
    running,
    'text or expression',
    `How to become another user: ${becomeMethods.join(', ')}; ${becomeMethods[0]} by default.`,
  ),
  become_exe: setting('becomeExe', running, 'text or expression', 'Another program for it: /usr/local/bin/sudo.'),
  become_flags: setting('becomeFlags', running, 'text or expression', 'Further options for the become method.'),
  check_mode: setting(
    'checkMode',
    running,
    'boolean or expression',
    'true: only predict, even in a real run. false: run for real, even in check mode.',
  ),
  connection: setting(
    'connection',
    running,
    'text or expression',
    "How to reach the hosts: ssh (the default), openssh (with the system's ssh) or local.",
  ),
  diff: setting(
    'diff',
    running,
    'boolean or expression',
    'Show the differences in full, as --diff does; false hides them.',
  ),
  environment: on(running, 'maps', 'Environment variables of the commands that run on the host.'),
  ignore_errors: defaulted(
    'ignoreErrors',
    false,
    [...running, 'include'],
    'boolean or expression',
    'A failure is reported, and the host goes on with the next task.',
  ),
  ignore_unreachable: defaulted(
    'ignoreUnreachable',
    false,
    running,
    'boolean or expression',
    'A host that cannot be reached is tried again at the next task.',
  ),
  module_defaults: on(running, 'map', 'Default arguments, by module name; what a task says itself wins.'),
  no_log: defaulted(
    'noLog',
    false,
    [...running, 'include'],
    'boolean or expression',
    'Hide the arguments and results from every output.',
  ),
  port: setting('port', running, 'number or expression', 'The port of sshd; ansible_port of the inventory wins.'),
  remote_user: setting(
    'remoteUser',
    running,
    'text or expression',
    'The user to log in as; ansible_user of the inventory wins.',
  ),
  run_once: defaulted(
    'runOnce',
    false,
    [...running, 'include'],
    'boolean or expression',
    'Run on one host only, the first for which the condition holds; all hosts get its result.',
  ),
  tags: on(
    [...running, 'include', 'playbook'],
    'names',
    'Names by which --tags and --skip-tags select. always and never are special.',
  ),
  throttle: defaulted('throttle', 0, running, 'number or expression', 'At most this many hosts at a time.'),
  timeout: defaulted(
    'timeoutSeconds',
    0,
    running,
    'number or expression',
    'Seconds after which the task has failed; 0: no limit.',
  ),
  vars: on([...running, 'include', 'playbook'], 'map', 'Variables, for what stands inside.'),
  when: on(
    ['block', 'task', 'handler', 'role', 'import', 'include', 'playbook'],
    'conditions',
    'A condition in CEL, without braces; all of a list must hold.',
  ),
  delegate_to: setting(
    'delegateTo',
    [...entries, 'role', 'import'],
    'text or expression',
    'Run on this host instead, with the variables of the host at hand.',
  ),
  delegate_facts: defaulted(
    'delegateFacts',
    false,
    [...entries, 'role', 'import'],
    'boolean or expression',
    'Facts and registered values belong to the host that was delegated to.',
  ),
  notify: on(
    [...entries, 'import'],
    'texts',
    'Handlers (by name or by what they listen to) that run once at the next flush, if something was changed.',
  ),
  // plays
  hosts: on(['play'], 'texts', 'The hosts of the play: a pattern such as web:&prod:!db1, or a list of patterns.'),
  vars_files: on(
    ['play'],
    'files',
    'Files of variables, found beside the playbook or in its vars/; of a list inside the list the first that exists.',
  ),
  vars_prompt: on(
    ['play'],
    'list',
    'Variables to ask a person for before the run: name, prompt, default, private, confirm.',
  ),
  gather_facts: on(
    ['play'],
    'boolean or expression',
    'true: read all facts up front. By default only those that are referred to, when they are needed.',
  ),
  pre_tasks: on(['play'], 'list', 'Tasks that run before the roles.'),
  roles: on(['play'], 'list', 'Roles that run before the tasks.'),
  tasks: on(['play'], 'list', 'What to do, in order.'),
  post_tasks: on(['play'], 'list', 'Tasks that run after the tasks and their handlers.'),
  handlers: on(['play'], 'list', 'Tasks that run only when another one that was changed has notified them.'),
  serial: on(
    ['play'],
    'batches',
    'How many hosts go through the play at a time: a number, a percentage, or a list of these.',
  ),
  strategy: on(
    ['play'],
    'text',
    'linear: every host finishes a task before any begins the next. free: each host goes on at its own pace.',
    ['linear', 'free'],
  ),
  order: on(['play'], 'text', 'In which order the hosts are taken.', [
    'inventory',
    'reverse_inventory',
    'sorted',
    'reverse_sorted',
    'shuffle',
  ]),
  max_fail_percentage: on(
    ['play'],
    'percentage',
    'The play ends when more than this part of its hosts has failed or cannot be reached.',
  ),
  force_handlers: on(['play'], 'boolean', 'Run notified handlers of failed hosts too.'),
  // blocks
  block: on(['block'], 'list', 'Tasks that belong together: what stands beside it holds for each of them.'),
  rescue: on(
    ['block'],
    'list',
    'Tasks that run where a task of the block failed; failed_task and failed_result say which and why.',
  ),
  always: on(['block'], 'list', 'Tasks that run after block and rescue, whatever happened.'),
  // tasks
  args: on([...tasks, 'include'], 'map', "Further arguments of the module, for use beside a module's free-form text."),
  loop: on(
    [...tasks, 'include'],
    'list or expression',
    'Run once for each item of a list; the item is the variable item.',
  ),
  loop_control: on([...tasks, 'include'], 'map', 'How to loop: loop_var, index_var, label, pause, extended.'),
  until: on(tasks, 'conditions', 'Run again until this condition holds; see retries and delay.'),
  retries: defaulted('retries', 3, tasks, 'number or expression', 'How often to try again; 3 by default.'),
  delay: defaulted('delaySeconds', 5, tasks, 'number or expression', 'Seconds between two tries; 5 by default.'),
  async: defaulted(
    'asyncSeconds',
    0,
    tasks,
    'number or expression',
    'Run the command detached from the connection, for so many seconds at most: what takes long survives a lost connection.',
  ),
  poll: defaulted(
    'pollSeconds',
    15,
    tasks,
    'number or expression',
    'With async: seconds between two looks at the command, 15 by default; 0: go on, and ask for it with async_status.',
  ),
  action: on(tasks, 'any', 'The module as text (`command uptime`) or as a map with `module` and its arguments.'),
  local_action: on(tasks, 'any', 'As action, run on this machine: delegate_to: localhost.'),
  register: on(tasks, 'text', 'Keep the result under this name, for the tasks after it.'),
  changed_when: on(tasks, 'conditions', 'A condition on the result that decides whether something was changed.'),
  failed_when: on(tasks, 'conditions', 'A condition on the result that decides whether the task has failed.'),
  listen: on(['handler'], 'names', 'Topics that notify this handler, besides its name.'),
  // roles of a play
  role: on(['role'], 'text', 'The name of the role.'),
  // loop_control
  loop_var: on(['loop_control'], 'text', 'The name of the variable with the item; item by default.'),
  index_var: on(['loop_control'], 'text', 'The name of a variable with the number of the item, from 0.'),
  label: on(['loop_control'], 'any', 'What the output shows of an item, instead of all of it.'),
  pause: on(['loop_control'], 'number or expression', 'Seconds between two items.'),
  extended: on(
    ['loop_control'],
    'boolean',
    'Give the variable ansible_loop: index, first, last, length, previtem, nextitem.',
  ),
} satisfies Readonly<Record<string, Keyword>>;

export const keywords: Readonly<Record<string, Keyword>> = table;

type Table = typeof table;
type Row = { [K in keyof Table]: Table[K] extends { setting: string } ? Table[K] : never }[keyof Table];
export type SettingName = Row['setting'];
type TypeOf<R> = R extends { kind: 'boolean or expression' }
  ? boolean
  : R extends { kind: 'number or expression' }
    ? number
    : string;
type RowOf<N> = Extract<Row, { setting: N }>;
/** The type of a setting once it is evaluated; undefined where it has no default and nothing sets it. */
export type SettingValue<N extends SettingName> =
  | TypeOf<RowOf<N>>
  | (RowOf<N> extends { default: unknown } ? never : undefined);

/** The settings among the keywords. */
export const settingKeywords = Object.entries(keywords).flatMap(([keyword, row]) =>
  row.setting === undefined
    ? []
    : [{ keyword, name: row.setting as SettingName, kind: row.kind as SettingKind, default: row.default }],
);

export function keywordsAt(level: Level): readonly string[] {
  return Object.keys(keywords).filter((name) => keywords[name]!.at.includes(level));
}
