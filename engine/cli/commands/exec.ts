import { resolve } from 'node:path';
import { outputNames } from '../../report/outputs.ts';
import { prepare } from '../../run/prepare.ts';
import { execute } from '../../run/run.ts';
import { Diagnostics, formatDiagnostic, InvalidInput } from '../../source/diagnostic.ts';
import { shownPath } from '../../source/place.ts';
import { version } from '../../source/version.ts';
import { command, flag, list, optionOr } from '../command.ts';
import { playbookOf } from '../exec-playbook.ts';
import { interruptible } from '../interrupt.ts';
import { builtIn, knownModules } from '../modules.ts';
import {
  checkOptions,
  connectionOptions,
  expectOutput,
  extraVarsOption,
  outputFileOption,
  outputOption,
  vaultOptions,
} from '../options.ts';
import { count, inOrder } from '../problem.ts';
import { type ReportOptions, reporters } from '../reporters.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';
import { type AskOptions, askPasswords } from '../terminal/ask.ts';

interface Options extends PlaybookOptions, AskOptions, ReportOptions {
  readonly module: string;
  readonly args: string;
}

export const row = command({
  name: 'exec',
  about: 'run one task on hosts, without a playbook',
  arguments: [['<pattern>', 'the hosts: a pattern as in a play, e.g. web:!web1']],
  options: {
    ...vaultOptions,
    ...checkOptions,
    ...connectionOptions,
    module: optionOr('command', '-m, --module <name>', 'the module', { completion: () => [...builtIn.keys()] }),
    args: optionOr('', '-a, --args <text>', 'its arguments: name=value …, a map in YAML or JSON, or a command'),
    inventory: list('-i, --inventory <source>', 'inventory file or folder (repeatable)', { completion: 'file' }),
    limit: list('-l, --limit <pattern>', 'only these hosts'),
    extraVars: extraVarsOption,
    detailedExitcode: flag('--detailed-exitcode', 'exit with 3 if something was (or would be) changed'),
    output: outputOption('exec'),
    outputFile: outputFileOption,
  },
  action: execCommand,
});

/** `tsplay exec`: one task on the hosts of a pattern. Returns the exit code. */
export async function execCommand(pattern: string, options: Options): Promise<number> {
  expectOutput(outputNames('exec'), options.output);
  const asked = await requestOf(['command line'], options, await askPasswords(options));
  const path = resolve('command line');
  const known = await knownModules(path);
  const diagnostics = new Diagnostics();
  const { module, args } = options;
  const line = playbookOf({ pattern, module, args }, known, shownPath(path), diagnostics);
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
    const { emit, close } = await reporters('exec', options);
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
