import { harmless } from '../../source/harmless.ts';
import { shownPath } from '../../source/place.ts';
import { command } from '../command.ts';
import { expectOutput, outputOf, projectOption } from '../options.ts';
import { readProject } from '../settings/project.ts';
import { settings } from '../settings/table.ts';
import type { OptionValue } from '../settings/value.ts';

interface Options {
  readonly playbook?: string;
  readonly output: string;
}

const forms = ['human', 'json'];

export const row = command({
  name: 'config',
  about: "show the project's settings and where each is set",
  options: { playbook: projectOption, output: outputOf(forms) },
  action: configCommand,
});

/** `tsplay config`. Returns the exit code. */
export function configCommand({ playbook, output }: Options): number {
  expectOutput(forms, output);
  const { file, held, ignored } = readProject(playbook);
  const rows = settings.map(({ name, about }) => {
    const found = held.get(name);
    return { name, about, ...(found && { value: found.value ?? false, from: found.from }) };
  });
  if (output === 'json') {
    const shown = { file: file ?? null, settings: rows, ignored };
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return 0;
  }
  const set = rows.filter(({ from }) => from !== undefined);
  const free = rows.filter(({ from }) => from === undefined);
  const parts = [
    file === undefined ? 'No tsplay.yml here or in a folder above.' : `Settings of ${shownPath(file)}:`,
    ...(set.length > 0 ? [columns(set.map(({ name, value, from }) => [name, textOf(value!), from!]))] : []),
    `Not set:\n${columns(free.map(({ name, about }) => [name, about]))}`,
    ...(ignored.length > 0 ? [`No effect in tsplay:\n${columns(ignored.map(({ key, from }) => [key, from]))}`] : []),
    'The command line wins over TSPLAY_NAME in the environment, and that over the file.',
  ];
  process.stdout.write(`${harmless(parts.join('\n\n'))}\n`);
  return 0;
}

function textOf(value: OptionValue | false): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length))) ?? [];
  return rows.map((cells) => `  ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd()).join('\n');
}
