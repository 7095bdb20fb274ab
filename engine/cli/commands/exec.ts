import { resolve } from 'node:path';
import { oneTaskReporter } from '../../report/one-task.ts';
import { paintFor } from '../../report/style.ts';
import { prepare } from '../../run/prepare.ts';
import { execute } from '../../run/run.ts';
import { Diagnostics, formatDiagnostic, InvalidInput } from '../../source/diagnostic.ts';
import { shownPath } from '../../source/place.ts';
import { version } from '../../source/version.ts';
import { playbookOf } from '../exec-playbook.ts';
import { interruptible } from '../interrupt.ts';
import { knownModules } from '../modules.ts';
import { count, inOrder, UsageError } from '../problem.ts';
import { type ReportOptions, reporters } from '../reporters.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';
import { type AskOptions, askPasswords } from '../terminal/passwords.ts';

interface Options extends PlaybookOptions, AskOptions, Omit<ReportOptions, 'verbose'> {
  readonly module: string;
  readonly args: string;
}

/** `tsplay exec`: one task on the hosts of a pattern. Returns the exit code. */
export async function execCommand(pattern: string, options: Options): Promise<number> {
  if (options.output !== 'human' && options.output !== 'jsonl')
    throw new UsageError(`--output is human or jsonl, not '${options.output}'`);
  const asked = await requestOf(['command line'], options, await askPasswords(options));
  const path = resolve('command line');
  const known = await knownModules(path);
  const diagnostics = new Diagnostics();
  const { module, args } = options;
  const line = playbookOf(
    { pattern, module, args },
    new Map(known.map((m) => [m.name, m])),
    shownPath(path),
    diagnostics,
  );
  const request = {
    ...asked,
    written: new Map([[path, line.node]]),
    options: { ...asked.options, returned: true },
  };
  const shown = (all: typeof diagnostics.all): string =>
    inOrder(all)
      .map((d) => formatDiagnostic(d, d.place?.file === shownPath(path) ? () => line.text : undefined))
      .join('\n\n');
  try {
    const prepared = await prepare(request).catch((error: unknown) => {
      if (error instanceof InvalidInput) diagnostics.add(error.diagnostics);
      else throw error;
    });
    if (!prepared || diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
    if (prepared.warnings.length > 0) process.stderr.write(`${shown(prepared.warnings)}\n\n`);
    const { emit, close } = await reporters(
      { ...options, verbose: 0 },
      oneTaskReporter({ paint: paintFor(process.stdout), diff: options.diff ?? false }),
    );
    try {
      return await interruptible((signal) => execute(prepared, request, version, emit, signal));
    } finally {
      close();
    }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    process.stderr.write(`${shown(error.diagnostics)}\n\n${count(error.diagnostics)}. No host was touched.\n`);
    return 1;
  }
}
