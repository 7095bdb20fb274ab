#!/usr/bin/env node
import { Command } from 'commander';
import { version } from './version.ts';

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
  return command
    .argument('<playbook...>', 'playbook files, run in turn')
    .option('-i, --inventory <source>', 'inventory file or folder (repeatable)', collect)
    .option('-l, --limit <pattern>', 'only these hosts')
    .option('-t, --tags <tags>', 'only what has one of these tags (comma-separated, repeatable)', collect)
    .option('--skip-tags <tags>', 'nothing that has one of these tags', collect)
    .option('-e, --extra-vars <vars>', 'key=value pairs, JSON or YAML, or @file (repeatable)', collect);
}

playbookOptions(program.command('run').description('run playbooks'))
  .option('-C, --check', 'predict what would change; change nothing')
  .option('-D, --diff', 'show the differences in full')
  .option('-f, --forks <n>', 'hosts worked on side by side', '50')
  .option('-u, --user <name>', 'log in as this user')
  .option('--private-key <file>', 'log in with this key')
  .option('-k, --ask-pass', 'ask for the login password')
  .option('-b, --become', 'become another user (root unless told otherwise)')
  .option('--become-user <name>', 'become this user')
  .option('--become-method <method>', 'sudo, doas or su')
  .option('-K, --ask-become-pass', 'ask for the password for becoming')
  .option('-T, --timeout <seconds>', 'time for connecting', '10')
  .option('--force-handlers', 'run notified handlers of failed hosts too')
  .option('--detailed-exitcode', 'end with 3 where something was (or would be) changed')
  .option('--output <form>', 'human or jsonl', 'human')
  .option('--output-file <file>', 'keep a jsonl copy of the events in this file')
  .option(
    '-v, --verbose',
    'show ok and skipped results too; twice: places and times',
    (_: string, n: number) => n + 1,
    0,
  )
  .option('--list-hosts', 'list the hosts of each play, and stop')
  .option('--list-tasks', 'list the tasks with their tags, and stop')
  .option('--list-tags', 'list all tags, and stop')
  .action(async (playbooks: string[], options: object) => {
    const { runCommand } = await import('./run.ts');
    process.exitCode = await runCommand(playbooks, options as never);
  });

playbookOptions(
  program.command('validate').description('check playbooks, roles, inventory and templates; touch no host'),
).action(async (playbooks: string[], options: object) => {
  const { validateCommand } = await import('./validate.ts');
  process.exitCode = await validateCommand(playbooks, options);
});

program
  .command('lab')
  .description('real hosts on this machine, as the inventory describes them, for trying and testing (needs root)')
  .argument('<action>', 'up, down, reset or status')
  .argument('[host...]', 'for reset: only these hosts')
  .option('-i, --inventory <source>', 'inventory file (repeatable)', collect)
  .action(async (action: string, hosts: string[], options: { inventory?: string[] }) => {
    const { labCommand } = await import('./lab.ts');
    process.exitCode = await labCommand(action, hosts, { inventory: options.inventory ?? [] });
  });

// Who reads may leave early (`| head`): no reason for a stack trace.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode ||= 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  const { reportError } = await import('./problem.ts');
  process.exitCode = reportError(error);
}
