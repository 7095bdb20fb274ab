import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Plan, writePlan } from '../../plans/format.ts';
import { inputDigests, valueDigests } from '../../plans/inputs.ts';
import type { Keyed } from '../../plans/key.ts';
import { Recorder } from '../../plans/record.ts';
import type { Play, Playbook } from '../../playbook/types.ts';
import { answerPrompts } from '../../playbook/vars-prompt.ts';
import { outputNames } from '../../report/outputs.ts';
import { showPlan } from '../../report/plan.ts';
import { paintFor } from '../../report/style.ts';
import { type Prepared, prepare, type RunRequest } from '../../run/prepare.ts';
import { formatDiagnostic } from '../../source/diagnostic.ts';
import { Inputs } from '../../source/inputs.ts';
import { version } from '../../source/version.ts';
import { command, flag, option } from '../command.ts';
import { type Ended, runGuarded } from '../guarded.ts';
import {
  connectionOptions,
  expectOutput,
  outputOption,
  playbookArguments,
  playbookOptions,
  playOptions,
  startAtOption,
} from '../options.ts';
import { newKey } from '../plan-key.ts';
import { UsageError } from '../problem.ts';
import { type Reporters, type ReportOptions, reporters } from '../reporters.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';
import { type AskOptions, askPasswords, promptsAtTerminal } from '../terminal/ask.ts';
import { writeWhole } from '../write-whole.ts';

interface Options extends PlaybookOptions, AskOptions, Pick<ReportOptions, 'output'> {
  /** The file for the plan. */
  readonly out?: string;
}

export const row = command({
  name: 'plan',
  about: 'show everything that a run would change; with -o, write it to a file for apply',
  arguments: playbookArguments,
  options: {
    ...playbookOptions,
    ...connectionOptions,
    out: option('-o, --out <file>', 'write the plan to this file', { completion: 'file' }),
    ...playOptions,
    startAtTask: startAtOption,
    detailedExitcode: flag('--detailed-exitcode', 'exit with 3 if something would, or may, be changed'),
    output: outputOption('plan'),
  },
  action: planCommand,
});

/** `tsplay plan`: shows and, with --out, writes what a run would do. Returns the exit code. */
export async function planCommand(playbooks: readonly string[], options: Options): Promise<number> {
  expectOutput(outputNames('plan'), options.output);
  if (options.out !== undefined && !existsSync(dirname(resolve(options.out))))
    throw new UsageError(`--out ${options.out}: there is no folder ${dirname(options.out)}`);
  const request = await requestOf(playbooks, { ...options, check: true }, await askPasswords(options));
  const keyed = newKey(request.vault!);
  const prepared = await prepareWatched(request);
  for (const warning of prepared.warnings) process.stderr.write(`${formatDiagnostic(warning)}\n\n`);
  const view = await reporters('plan', options);
  const looked = await look(prepared, request, keyed, view);
  if (!looked.recap) return looked.exit;
  const made: Omit<Plan, 'format'> = {
    tsplay: version,
    made: new Date().toISOString(),
    playbooks,
    options: kept(options),
    key: keyed.hint,
    inputs: await inputDigests(request.vault!.inputs!, keyed),
    extra: valueDigests(request.extra, keyed),
    prompts: valueDigests(answersOf(prepared.playbook), keyed),
    hosts: looked.hosts,
    exit: looked.exit,
  };
  if (options.output === 'human') process.stdout.write(`${showPlan(made.hosts, paintFor(process.stdout))}\n`);
  if (options.out !== undefined) writePrivate(options.out, writePlan(made, keyed));
  if (options.output === 'human') process.stdout.write(`${whatNext(made, options)}\n`);
  return looked.exit;
}

/** Reads and checks everything, and records what was read. */
export async function prepareWatched(request: RunRequest): Promise<Prepared> {
  const inputs = new Inputs();
  request.vault!.inputs = inputs;
  for (const limit of [request.limit ?? []].flat()) if (limit.startsWith('@')) inputs.noteFile(limit.slice(1));
  return prepare(request);
}

export interface Looked extends Ended {
  readonly hosts: Plan['hosts'];
}

/** A run in check mode, and the steps it has found. */
export async function look(prepared: Prepared, request: RunRequest, keyed: Keyed, view: Reporters): Promise<Looked> {
  const { vault, playbook } = prepared;
  await answerPrompts(playbook, request.extra, (text) => vault.secrets.add(text), promptsAtTerminal());
  const policy = new Recorder(prepared.hosts.keys(), keyed, vault.inputs);
  const { exit, recap } = await runGuarded(prepared, request, policy, view);
  if (exit === 130 || !recap) return { exit, hosts: {} };
  return { exit, recap, hosts: policy.hosts(recap.hosts, vault.secrets) };
}

/** The answers to the prompts of each play. */
export function answersOf({ plays }: Playbook): ReadonlyMap<string, unknown> {
  const answers = plays.flatMap((play: Play, i) =>
    play.prompts.map(({ name, answer }) => [i === 0 ? name : `${name} of ${play.name}`, answer] as const),
  );
  return new Map(answers);
}

const keptOptions: readonly (keyof Options)[] = [
  'inventory',
  'rolesPath',
  'limit',
  'tags',
  'skipTags',
  'startAtTask',
  'forks',
  'user',
  'privateKey',
  'become',
  'becomeUser',
  'becomeMethod',
  'timeout',
  'lookahead',
  'forceHandlers',
  'strict',
  'askPass',
  'askBecomePass',
];

/** The options that are part of a plan; those that may hold secrets are not. */
function kept(options: Options): Record<string, unknown> {
  return Object.fromEntries(
    keptOptions.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

/** Only its owner can read the file, whatever the mode of the one before. */
function writePrivate(path: string, content: string): void {
  try {
    writeWhole(path, content);
  } catch (error) {
    throw new UsageError(`the plan cannot be written to ${path}: ${(error as Error).message}`);
  }
}

function whatNext({ hosts, exit }: Pick<Plan, 'hosts' | 'exit'>, { out, extraVars }: Options): string {
  const all = Object.values(hosts);
  const sum = (of: 'changed' | 'unknown'): number => all.reduce((n, { counts }) => n + counts[of], 0);
  if (exit !== 0 && exit !== 3) return 'Some steps would fail: fix them, then plan again.';
  if (sum('changed') + sum('unknown') === 0) return 'Nothing to change.';
  if (out === undefined)
    return 'Next: tsplay run changes what it then finds; tsplay plan -o FILE fixes the steps for tsplay apply.';
  return `Next: tsplay apply ${out}${extraVars === undefined ? '' : ' -e … (the same as here)'}`;
}
