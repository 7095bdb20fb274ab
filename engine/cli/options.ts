import { checkOutputs, outputNames, type Running } from '../report/outputs.ts';
import { becomeMethods } from '../transport/become/methods.ts';
import { flag, list, type OptionSpec, type OptionTable, option, optionOr, orList } from './command.ts';
import { UsageError } from './problem.ts';

/** The options that several commands share. */
export const extraVarsOption = list('-e, --extra-vars <vars>', 'key=value pairs, JSON or YAML, or @file (repeatable)');

const passwordSource = 'LABEL@FILE, LABEL@PROGRAM or LABEL@prompt';

export const vaultOptions = {
  vaultId: list('--vault-id <id>', `${passwordSource}: a vault password and its id (repeatable)`),
  vaultPasswordFile: list(
    '--vault-password-file <file>',
    'a file, or a program that prints it, with the vault password (repeatable)',
    { completion: 'file' },
  ),
  askVaultPass: flag('-J, --ask-vault-pass', 'ask for the vault password'),
} satisfies OptionTable;

export const newVaultOptions = {
  newVaultId: option('--new-vault-id <id>', `${passwordSource}: the new password`),
  newVaultPasswordFile: option(
    '--new-vault-password-file <file>',
    'a file, or a program that prints it, with the new password',
    { completion: 'file' },
  ),
} satisfies OptionTable;

export const inventoryOption = list(
  '-i, --inventory <source>',
  'inventory file, folder, program or hosts with commas (repeatable)',
  { completion: 'file' },
);

/** What every command that reads playbooks takes. */
export const playbookOptions = {
  inventory: inventoryOption,
  limit: list('-l, --limit <pattern>', 'only these hosts: a pattern, or @file with one per line (repeatable)'),
  tags: list('-t, --tags <tags>', 'only what has one of these tags (comma-separated, repeatable)'),
  skipTags: list('--skip-tags <tags>', 'leave out what has one of these tags'),
  extraVars: extraVarsOption,
  ...vaultOptions,
} satisfies OptionTable;

export const playbookArguments = [['<playbook...>', 'playbook files, run in order']] as const;

export const diffOption = flag('-D, --diff', 'show the differences in full');

export const checkOptions = {
  check: flag('-C, --check', 'predict what would change; change nothing'),
  diff: diffOption,
} satisfies OptionTable;

export const askOptions = {
  askPass: flag('-k, --ask-pass', 'ask for the login password'),
  askBecomePass: flag('-K, --ask-become-pass', 'ask for the become password'),
} satisfies OptionTable;

/** How to connect to hosts, and as which user to work on them. */
export const connectionOptions = {
  forks: optionOr('50', '-f, --forks <n>', 'hosts worked on in parallel'),
  user: option('-u, --user <name>', 'log in as this user'),
  privateKey: option('--private-key <file>', 'log in with this key', { completion: 'file' }),
  askPass: askOptions.askPass,
  become: flag('-b, --become', 'become another user (default: root)'),
  becomeUser: option('--become-user <name>', 'become this user'),
  becomeMethod: option('--become-method <method>', orList(becomeMethods), { completion: () => becomeMethods }),
  askBecomePass: askOptions.askBecomePass,
  timeout: option('-T, --timeout <seconds>', 'time limit for connecting (default: ConnectTimeout of ssh, or 10)'),
} satisfies OptionTable;

export const strictOption = flag('--strict', 'treat warnings as errors');

/** How plays are run. */
export const playOptions = {
  strict: strictOption,
  lookahead: option('--lookahead <n>', 'how many upcoming tasks to check ahead; 0: none (default: all)'),
  forceHandlers: flag('--force-handlers', 'run notified handlers of failed hosts too'),
} satisfies OptionTable;

export const forgetHandlersOption = flag('--forget-handlers', 'drop the handlers that earlier runs have left pending');

export const startAtOption = option('--start-at-task <name>', 'start at this task; * and ? match any characters');

export const outputFileOption = option('--output-file <file>', 'write a jsonl copy of the events to this file', {
  completion: 'file',
});

/** Where a command that runs nothing finds the project's modules. */
export const projectOption = option(
  '-p, --playbook <file>',
  'with the modules of this playbook (default: of the current folder)',
  { completion: 'file' },
);

/** --output of a command that runs tasks. */
export function outputOption(command: Running): OptionSpec<string> {
  return outputOf(outputNames(command));
}

export function outputOf(names: readonly string[], about = ''): OptionSpec<string> {
  return optionOr(names[0]!, '--output <form>', `${about}${orList(names)}`, { completion: () => names });
}

export const checkOutputNames: readonly string[] = checkOutputs.map(({ name }) => name);

/** Throws UsageError if the value of --output is none of these. */
export function expectOutput(names: readonly string[], output: string): void {
  if (!names.includes(output)) throw new UsageError(`--output is ${orList(names)}, not '${output}'`);
}
