import { selected } from '../playbook/tags.ts';
import type { Entry, Task } from '../playbook/types.ts';
import { execute, type Prepared, prepare } from '../run.ts';
import { formatDiagnostic } from '../source/diagnostic.ts';
import { askPassword } from './ask.ts';
import { UsageError } from './problem.ts';
import { type ReportOptions, reporters } from './reporters.ts';
import { type PlaybookOptions, requestOf } from './request.ts';
import { version } from './version.ts';

interface Options extends PlaybookOptions, ReportOptions {
  readonly askPass?: boolean;
  readonly askBecomePass?: boolean;
  readonly listHosts?: boolean;
  readonly listTasks?: boolean;
  readonly listTags?: boolean;
}

/** `tsplay run`. Returns the exit code. */
export async function runCommand(playbooks: readonly string[], options: Options): Promise<number> {
  if (options.output !== 'human' && options.output !== 'jsonl')
    throw new UsageError(`--output is human or jsonl, not '${options.output}'`);
  const connection = options.askPass ? await askPassword('SSH password: ') : undefined;
  const become = options.askBecomePass ? await askPassword('BECOME password: ') : undefined;
  const request = requestOf(playbooks, options, {
    ...(connection !== undefined && { connection }),
    ...(become !== undefined && { become }),
  });
  const prepared = await prepare(request);
  for (const warning of prepared.warnings) process.stderr.write(`${formatDiagnostic(warning)}\n\n`);
  if (options.listHosts || options.listTasks || options.listTags)
    return list(prepared, options, request.options.tags, request.options.skipTags);

  const { emit, close } = await reporters(options);
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) {
      process.stderr.write('\nStopped. A command that was under way may go on by itself on its host.\n');
      process.exit(130);
    }
    process.stderr.write(
      '\nInterrupted: what is under way ends, nothing further begins. Press Ctrl-C again to stop at once.\n',
    );
    interrupt.abort();
  };
  // The reader has gone (`| head`) or cannot take more (a full disk): as if interrupted, for what happens has to be seen.
  const onLost = ({ code, message }: NodeJS.ErrnoException): void => {
    if (interrupt.signal.aborted) return;
    const why = code === 'EPIPE' ? 'nobody reads the output any more' : `the output cannot be written: ${message}`;
    process.stderr.write(`Interrupted: ${why}. What is under way ends, nothing further begins.\n`);
    interrupt.abort();
  };
  process.stdout.on('error', onLost);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await execute(prepared, request, version, emit, interrupt.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    close();
  }
}

function list(prepared: Prepared, options: Options, only: readonly string[], skip: readonly string[]): number {
  const lines: string[] = [];
  for (const [play, hosts] of prepared.hosts) {
    lines.push(`play: ${play.name}`);
    if (options.listHosts) lines.push(...(hosts.length === 0 ? ['  no hosts'] : hosts.map((host) => `  ${host}`)));
    const tasks = play.sections
      .flatMap((section) => section.flatMap(tasksOf))
      .filter((task) => selected(task.tags, only, skip));
    if (options.listTasks)
      lines.push(
        ...tasks.map((t) => `  ${t.role ? `${t.role.name} : ` : ''}${t.name}  [${[...t.tags].sort().join(', ')}]`),
      );
    if (options.listTags) lines.push(`  ${[...new Set(tasks.flatMap((t) => [...t.tags]))].sort().join(', ')}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function tasksOf(entry: Entry): Task[] {
  if (entry.kind === 'task') return [entry];
  return entry.kind === 'block' ? [...entry.block, ...entry.rescue, ...entry.always].flatMap(tasksOf) : [];
}
