import { answerPrompts } from '../../playbook/vars-prompt.ts';
import { execute, prepare } from '../../run/run.ts';
import { formatDiagnostic } from '../../source/diagnostic.ts';
import { version } from '../../source/version.ts';
import { interruptible } from '../interrupt.ts';
import { listOf } from '../list.ts';
import { UsageError } from '../problem.ts';
import { type ReportOptions, reporters } from '../reporters.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';
import { journalFolder } from '../state.ts';
import { type AskOptions, askPasswords } from '../terminal/passwords.ts';
import { promptsAtTerminal } from '../terminal/prompts.ts';
import { stepper } from '../terminal/step.ts';

export interface RunCommandOptions extends PlaybookOptions, AskOptions, ReportOptions {
  readonly step?: boolean;
  readonly syntaxCheck?: boolean;
  readonly listHosts?: boolean;
  readonly listTasks?: boolean;
  readonly listTags?: boolean;
}

/** `tsplay run`. Returns the exit code. */
export async function runCommand(playbooks: readonly string[], options: RunCommandOptions): Promise<number> {
  if (options.output !== 'human' && options.output !== 'jsonl')
    throw new UsageError(`--output is human or jsonl, not '${options.output}'`);
  if (options.syntaxCheck) throw new UsageError(`to check without running: tsplay validate ${playbooks.join(' ')}`);
  if (options.step && options.output !== 'human')
    throw new UsageError('--step asks a person: it goes with --output human');
  if (options.step && !process.stdin.isTTY)
    throw new UsageError('--step asks before each task: standard input is not a terminal');
  const asked = await requestOf(playbooks, options, await askPasswords(options));
  const request = { ...asked, options: { ...asked.options, trips: options.verbose >= 3 } };
  const prepared = await prepare(request);
  for (const warning of prepared.warnings) process.stderr.write(`${formatDiagnostic(warning)}\n\n`);
  if (options.listHosts || options.listTasks || options.listTags) {
    const { listHosts: hosts = false, listTasks: tasks = false, listTags: tags = false } = options;
    const { tags: only, skipTags: skip } = request.options;
    process.stdout.write(`${listOf(prepared.hosts, { hosts, tasks, tags, only, skip })}\n`);
    return 0;
  }

  await answerPrompts(
    prepared.playbook,
    request.extra,
    (text) => prepared.vault.secrets.add(text),
    promptsAtTerminal(),
  );
  const { emit, close } = await reporters(options);
  try {
    return await interruptible(async (signal) => {
      const steps = options.step ? stepper(process.stdin, emit, signal) : undefined;
      const asking = { ...request, journal: journalFolder(), ...(steps && { confirm: steps.confirm }) };
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
