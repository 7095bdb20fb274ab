import { checkOutputs } from '../../report/outputs.ts';
import { type Prepared, prepare } from '../../run/prepare.ts';
import { type Diagnostic, InvalidInput } from '../../source/diagnostic.ts';
import { version } from '../../source/version.ts';
import { command } from '../command.ts';
import {
  checkOutputNames,
  expectOutput,
  outputOf,
  playbookArguments,
  playbookOptions,
  strictOption,
} from '../options.ts';
import { count, countOf, inOrder, UsageError } from '../problem.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';

export const row = command({
  name: 'validate',
  about: 'check playbooks, roles, inventory and templates; touch no host',
  arguments: playbookArguments,
  options: { ...playbookOptions, strict: strictOption, output: outputOf(checkOutputNames) },
  action: validateCommand,
});

/** `tsplay validate`: the check that precedes every run, without the run. Returns the exit code. */
export async function validateCommand(
  playbooks: readonly string[],
  options: PlaybookOptions & { readonly output?: string },
): Promise<number> {
  const { output = 'human', inventory = [] } = options;
  expectOutput(checkOutputNames, output);
  if (inventory.length === 0 && options.limit !== undefined)
    throw new UsageError('--limit chooses hosts of an inventory: name one with -i');
  const { diagnostics, prepared } = await judge(playbooks, { ...options, inventory });
  const show = await checkOutputs.find(({ name }) => name === output)!.create();
  const summary = closing(diagnostics, prepared, inventory.length > 0);
  process.stdout.write(show({ diagnostics, summary, version, root: process.cwd() }));
  return prepared ? 0 : 1;
}

/** Everything that was found and, without errors, what could be run. */
async function judge(
  playbooks: readonly string[],
  options: PlaybookOptions,
): Promise<{ diagnostics: readonly Diagnostic[]; prepared?: Prepared }> {
  try {
    const prepared = await prepare(await requestOf(playbooks, options));
    return { diagnostics: inOrder(prepared.warnings), prepared };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { diagnostics: inOrder(error.diagnostics) };
  }
}

function closing(diagnostics: readonly Diagnostic[], prepared: Prepared | undefined, hosts: boolean): string {
  const found = count(diagnostics);
  const without = hosts
    ? ''
    : '\nWithout an inventory (-i) hosts and the variables that it may define are not checked.';
  if (!prepared) return `${found}. No host was touched.${without}`;
  const plays = countOf(prepared.playbook.plays.length, 'play');
  const seen = hosts ? `${plays}, ${countOf(prepared.inventory.hosts.size, 'host')}` : plays;
  return `${found}: ${seen}.${without}`;
}
