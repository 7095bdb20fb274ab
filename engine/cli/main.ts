import { Command, Option } from 'commander';
import { version } from '../source/version.ts';

/** The command line: one sub-command a file, each loaded only when it is called. */
const program = new Command('tsplay')
  .description('Brings hosts to the state that playbooks declare, over SSH; nothing is installed on them.')
  .version(version)
  .showHelpAfterError('(tsplay --help tells more)')
  .showSuggestionAfterError()
  .enablePositionalOptions();

/** For options that may be given several times. No default: help would show it. */
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function playbookOptions(command: Command): Command {
  command
    .argument('<playbook...>', 'playbook files, run in turn')
    .option('-i, --inventory <source>', 'inventory file, folder, program or hosts with commas (repeatable)', collect)
    .option('-l, --limit <pattern>', 'only these hosts: a pattern, or @file with one a line (repeatable)', collect)
    .option('-t, --tags <tags>', 'only what has one of these tags (comma-separated, repeatable)', collect)
    .option('--skip-tags <tags>', 'nothing that has one of these tags', collect)
    .option('-e, --extra-vars <vars>', 'key=value pairs, JSON or YAML, or @file (repeatable)', collect);
  return vaultOptions(command);
}

function vaultOptions(command: Command): Command {
  return command
    .option(
      '--vault-id <id>',
      'LABEL@FILE, LABEL@PROGRAM or LABEL@prompt: a vault password and its id (repeatable)',
      collect,
    )
    .option(
      '--vault-password-file <file>',
      'a file, or a program that prints it, with the vault password (repeatable)',
      collect,
    )
    .option('-J, --ask-vault-pass', 'ask for the vault password');
}

function doingOptions(command: Command): Command {
  return command
    .option('-C, --check', 'predict what would change; change nothing')
    .option('-D, --diff', 'show the differences in full');
}

/** How to reach hosts, and as whom to work on them. */
function howOptions(command: Command): Command {
  return command
    .option('-f, --forks <n>', 'hosts worked on side by side', '50')
    .option('-u, --user <name>', 'log in as this user')
    .option('--private-key <file>', 'log in with this key')
    .option('-k, --ask-pass', 'ask for the login password')
    .option('-b, --become', 'become another user (root unless told otherwise)')
    .option('--become-user <name>', 'become this user')
    .option('--become-method <method>', 'sudo, doas or su')
    .option('-K, --ask-become-pass', 'ask for the password for becoming')
    .option('-T, --timeout <seconds>', 'time for connecting', '10');
}

howOptions(doingOptions(playbookOptions(program.command('run').description('run playbooks'))))
  .option('--strict', 'take warnings for errors')
  .option('--lookahead <n>', 'coming tasks that are looked at ahead at most; 0: none (default: all)')
  .option('--force-handlers', 'run notified handlers of failed hosts too')
  .option('--detailed-exitcode', 'end with 3 where something was (or would be) changed')
  .option('--output <form>', 'human or jsonl', 'human')
  .option('--output-file <file>', 'keep a jsonl copy of the events in this file')
  .option(
    '-v, --verbose',
    'ok and skipped results too; -vv: places and times; -vvv: what goes to each host',
    (_: string, n: number) => n + 1,
    0,
  )
  .option('--profile', 'tell at the end where the time went')
  .option('--start-at-task <name>', 'leave out what stands before this task; * and ? stand for any characters')
  .option('--step', 'ask before each task')
  .addOption(new Option('--syntax-check').hideHelp())
  .option('--list-hosts', 'list the hosts of each play, and stop')
  .option('--list-tasks', 'list the tasks with their tags, and stop')
  .option('--list-tags', 'list all tags, and stop')
  .action(async (playbooks: string[], options: object) => {
    const { runCommand } = await import('./commands/run.ts');
    process.exitCode = await runCommand(playbooks, options as never);
  });

howOptions(
  playbookOptions(
    program.command('plan').description('show all that a run would change; with -o in a file that apply holds to'),
  ),
)
  .option('-o, --out <file>', 'write the plan into this file')
  .option('--strict', 'take warnings for errors')
  .option('--lookahead <n>', 'coming tasks that are looked at ahead at most; 0: none (default: all)')
  .option('--force-handlers', 'run notified handlers of failed hosts too')
  .option('--start-at-task <name>', 'leave out what stands before this task; * and ? stand for any characters')
  .option('--detailed-exitcode', 'end with 3 where something would, or may, be changed')
  .option('--output <form>', 'human or jsonl', 'human')
  .action(async (playbooks: string[], options: object) => {
    const { planCommand } = await import('./commands/plan.ts');
    process.exitCode = await planCommand(playbooks, options as never);
  });

vaultOptions(
  program
    .command('apply')
    .description('do what a plan says, where all is as it was when the plan was made')
    .argument('<plan>', 'the file that tsplay plan has written')
    .option('-e, --extra-vars <vars>', 'those that the plan was made with; they are not in it (repeatable)', collect),
)
  .option('-k, --ask-pass', 'ask for the login password')
  .option('-K, --ask-become-pass', 'ask for the password for becoming')
  .option('-y, --yes', 'do not ask whether to apply it')
  .option('-D, --diff', 'show the differences in full')
  .option('--detailed-exitcode', 'end with 3 where something was changed')
  .option('--output <form>', 'human or jsonl', 'human')
  .option('--output-file <file>', 'keep a jsonl copy of the events in this file')
  .option('-v, --verbose', 'ok and skipped results too; -vv: places and times', (_: string, n: number) => n + 1, 0)
  .action(async (plan: string, options: object) => {
    const { applyCommand } = await import('./commands/apply.ts');
    process.exitCode = await applyCommand(plan, options as never);
  });

howOptions(doingOptions(vaultOptions(program.command('exec').description('run one task on hosts, without a playbook'))))
  .argument('<pattern>', 'the hosts: a pattern as in a play, e.g. web:!web1')
  .option('-m, --module <name>', 'the module', 'command')
  .option('-a, --args <text>', 'its arguments: name=value …, a map in YAML or JSON, or a command', '')
  .option('-i, --inventory <source>', 'inventory file or folder (repeatable)', collect)
  .option('-l, --limit <pattern>', 'only these hosts', collect)
  .option('-e, --extra-vars <vars>', 'key=value pairs, JSON or YAML, or @file (repeatable)', collect)
  .option('--detailed-exitcode', 'end with 3 where something was (or would be) changed')
  .option('--output <form>', 'human or jsonl', 'human')
  .option('--output-file <file>', 'keep a jsonl copy of the events in this file')
  .action(async (pattern: string, options: object) => {
    const { execCommand } = await import('./commands/exec.ts');
    process.exitCode = await execCommand(pattern, options as never);
  });

playbookOptions(
  program.command('validate').description('check playbooks, roles, inventory and templates; touch no host'),
)
  .option('--strict', 'take warnings for errors')
  .option('--output <form>', 'human, json or sarif', 'human')
  .action(async (playbooks: string[], options: object) => {
    const { validateCommand } = await import('./commands/validate.ts');
    process.exitCode = await validateCommand(playbooks, options);
  });

const vault = program.command('vault').description('encrypt files and values; the same format as ansible-vault');

function vaultCommand(name: string, argument: string, description: string): Command {
  const command = vaultOptions(vault.command(name).description(description));
  return argument === '' ? command : command.argument(argument);
}

const vaultActions = () => import('./commands/vault.ts');

vaultCommand('encrypt', '[file...]', 'encrypt files in their place, or standard input')
  .option('--output <file>', 'write there; - is standard output')
  .option('--encrypt-vault-id <id>', 'which of several vault ids to encrypt with')
  .action(async (files: string[], options: object) => (await vaultActions()).encryptCommand(files, options));
vaultCommand('decrypt', '[file...]', 'decrypt files in their place, or standard input')
  .option('--output <file>', 'write there; - is standard output')
  .action(async (files: string[], options: object) => (await vaultActions()).decryptCommand(files, options));
vaultCommand('view', '<file...>', 'print what encrypted files hold').action(async (files: string[], options: object) =>
  (await vaultActions()).viewCommand(files, options),
);
vaultCommand('edit', '<file>', 'change an encrypted file in $VISUAL or $EDITOR').action(
  async (file: string, options: object) => (await vaultActions()).editCommand(file, options),
);
vaultCommand('rekey', '<file...>', 'encrypt files anew with another password')
  .option('--new-vault-id <id>', 'LABEL@FILE, LABEL@PROGRAM or LABEL@prompt: the new password')
  .option('--new-vault-password-file <file>', 'a file, or a program that prints it, with the new password')
  .action(async (files: string[], options: object) => (await vaultActions()).rekeyCommand(files, options));
vaultCommand(
  'encrypt-string',
  '[text]',
  'print an encrypted value to paste into YAML; the text may come on standard input',
)
  .alias('encrypt_string')
  .option('-n, --name <name>', 'the variable that it is for')
  .option('-p, --prompt', 'ask for the text; it is not shown')
  .option('--output <file>', 'write there; - is standard output')
  .option('--encrypt-vault-id <id>', 'which of several vault ids to encrypt with')
  .action(async (text: string | undefined, options: object) =>
    (await vaultActions()).encryptStringCommand(text, options),
  );

vaultOptions(
  program
    .command('inventory')
    .description('show the hosts, groups and variables that an inventory comes to')
    .argument('[host]', 'for --explain: the host')
    .option('-i, --inventory <source>', 'inventory file, folder, program or hosts with commas (repeatable)', collect)
    .option('--list', "all of it as JSON, in the form of Ansible's inventory scripts")
    .option('--graph [group]', 'the tree of groups and hosts, from this group down')
    .option('--vars', 'with --graph: the variables too')
    .option('--host <host>', 'the variables of one host as JSON')
    .option('--explain <variable>', 'each place that sets a variable for a host, and which of them wins')
    .option(
      '-p, --playbook <file>',
      'with what this playbook adds: group_vars, host_vars and, for --explain, its plays',
    )
    .option('-l, --limit <pattern>', 'only these hosts (repeatable)', collect)
    .option('-e, --extra-vars <vars>', 'key=value pairs, JSON or YAML, or @file (repeatable)', collect)
    .option('--output <form>', 'for --explain: human or json', 'human'),
).action(async (host: string | undefined, options: object) => {
  const { inventoryCommand } = await import('./commands/inventory.ts');
  process.exitCode = await inventoryCommand(host, options as never);
});

program
  .command('init')
  .description('make a project that runs: playbook, inventory, role, module and settings of the editor')
  .argument('<folder>', 'a new or empty folder')
  .action(async (folder: string) => {
    const { initCommand } = await import('./commands/init.ts');
    process.exitCode = await initCommand(folder);
  });

program
  .command('doc')
  .description('the reference: modules, and with an option keywords, facts and more')
  .argument('[name]', 'a module, or what an option lists; without it all of them')
  .option('--keywords', 'the keywords of plays, tasks, blocks and roles')
  .option('--helpers', 'the helpers of templates and the functions of conditions')
  .option('--facts', 'what is known of a host under facts')
  .option('--variables', 'the variables that say how to reach a host')
  .option('--codes', 'what can be wrong in a playbook, by the code of the message')
  .option('--markdown', 'print Markdown; without a name the whole reference')
  .option('-p, --playbook <file>', 'with the modules beside this playbook; by default beside the current folder')
  .action(async (name: string | undefined, options: object) => {
    const { docCommand } = await import('./commands/doc.ts');
    process.exitCode = await docCommand(name, options);
  });

program
  .command('schema')
  .description('write the JSON schemas with which an editor completes and checks playbooks, inventories and roles')
  .argument('[sort]', 'playbook, tasks, handlers, inventory, vars or role-meta; without it all of them')
  .option('-o, --output-folder <folder>', 'write files into this folder')
  .option('-p, --playbook <file>', 'with the modules beside this playbook; by default beside the current folder')
  .action(async (sort: string | undefined, options: object) => {
    const { schemaCommand } = await import('./commands/schema.ts');
    process.exitCode = await schemaCommand(sort, options);
  });

program
  .command('completion')
  .description('print a script with which a shell completes commands, options and modules')
  .argument('<shell>', 'bash, zsh or fish')
  .action(async (shell: string) => {
    const { completionCommand } = await import('./commands/completion.ts');
    process.exitCode = completionCommand(shell, program);
  });

program
  .command('lab')
  .description('real hosts on this machine, as the inventory describes them, for trying and testing (needs root)')
  .argument('<action>', 'up, down, reset or status')
  .argument('[host...]', 'for reset: only these hosts')
  .option('-i, --inventory <source>', 'inventory file (repeatable)', collect)
  .action(async (action: string, hosts: string[], options: { inventory?: string[] }) => {
    const { labCommand } = await import('./commands/lab.ts');
    process.exitCode = await labCommand(action, hosts, { inventory: options.inventory ?? [] });
  });

// Who reads may leave early (`| head`): no reason for a stack trace.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode ||= 1;
  });

const report = async (error: unknown): Promise<number> => (await import('./problem.ts')).reportError(error);

// What nobody waits for, in a module of one's own: Node's words for it know no secrets, and its exit code says 'refused'.
process.on('uncaughtException', async (error) => process.exit(await report(error)));

program.parseAsync().catch(async (error: unknown) => {
  process.exitCode = await report(error);
});
