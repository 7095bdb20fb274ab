import { answerPrompts } from '../../playbook/vars-prompt.ts';
import { outputNames } from '../../report/outputs.ts';
import { prepare } from '../../run/prepare.ts';
import { execute } from '../../run/run.ts';
import { formatDiagnostic } from '../../source/diagnostic.ts';
import { stateFolder } from '../../source/folders.ts';
import { harmless } from '../../source/harmless.ts';
import { version } from '../../source/version.ts';
import { command, counted, flag } from '../command.ts';
import { interruptible } from '../interrupt.ts';
import { listOf } from '../list.ts';
import {
  checkOptions,
  connectionOptions,
  expectOutput,
  forgetHandlersOption,
  outputFileOption,
  outputOption,
  playbookArguments,
  playbookOptions,
  playOptions,
  startAtOption,
} from '../options.ts';
import { UsageError } from '../problem.ts';
import { type ReportOptions, reporters } from '../reporters.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';
import { type AskOptions, askPasswords, promptsAtTerminal } from '../terminal/ask.ts';
import { stepper } from '../terminal/step.ts';

export interface RunCommandOptions extends PlaybookOptions, AskOptions, ReportOptions {
  readonly step?: boolean;
  readonly syntaxCheck?: boolean;
  readonly listHosts?: boolean;
  readonly listTasks?: boolean;
  readonly listTags?: boolean;
}

export const row = command({
  name: 'run',
  about: 'run playbooks',
  arguments: playbookArguments,
  options: {
    ...playbookOptions,
    ...checkOptions,
    ...connectionOptions,
    ...playOptions,
    detailedExitcode: flag('--detailed-exitcode', 'exit with 3 if something was (or would be) changed'),
    output: outputOption('run'),
    outputFile: outputFileOption,
    verbose: counted(
      '-v, --verbose',
      'ok and skipped results too; -vv: places and times; -vvv: what is sent to each host',
    ),
    profile: flag('--profile', 'show at the end where the time went'),
    startAtTask: startAtOption,
    forgetHandlers: forgetHandlersOption,
    step: flag('--step', 'ask before each task'),
    syntaxCheck: flag('--syntax-check', '', { hidden: true }),
    listHosts: flag('--list-hosts', 'list the hosts of each play and exit'),
    listTasks: flag('--list-tasks', 'list the tasks with their tags and exit'),
    listTags: flag('--list-tags', 'list all tags and exit'),
  },
  action: runCommand,
});

/** `tsplay run`. Returns the exit code. */
export async function runCommand(playbooks: readonly string[], options: RunCommandOptions): Promise<number> {
  expectOutput(outputNames('run'), options.output);
  if (options.syntaxCheck) throw new UsageError(`to check without running, use tsplay validate ${playbooks.join(' ')}`);
  if (options.step && options.output !== 'human') throw new UsageError('--step needs --output human');
  if (options.step && !process.stdin.isTTY) throw new UsageError('--step needs a terminal on standard input');
  const asked = await requestOf(playbooks, options, await askPasswords(options));
  const request = { ...asked, options: { ...asked.options, trips: (options.verbose ?? 0) >= 3 } };
  const prepared = await prepare(request);
  for (const warning of prepared.warnings) process.stderr.write(`${formatDiagnostic(warning)}\n\n`);
  if (options.listHosts || options.listTasks || options.listTags) {
    const { listHosts: hosts = false, listTasks: tasks = false, listTags: tags = false } = options;
    const { tags: only, skipTags: skip } = request.options;
    process.stdout.write(`${harmless(listOf(prepared.hosts, { hosts, tasks, tags, only, skip }))}\n`);
    return 0;
  }

  await answerPrompts(
    prepared.playbook,
    request.extra,
    (text) => prepared.vault.secrets.add(text),
    promptsAtTerminal(),
  );
  const { emit, close } = await reporters('run', options);
  try {
    return await interruptible(async (signal) => {
      const steps = options.step ? stepper(process.stdin, emit, signal) : undefined;
      const asking = { ...request, journal: stateFolder('journal'), ...(steps && { confirm: steps.confirm }) };
      try {
        return await execute(prepared, asking, version, emit, signal);
      } finally {
        steps?.close();
      }
    });
  } finally {
    close();
  }
}
