import { driftedHosts } from '../../plans/drift.ts';
import { Enforcer } from '../../plans/enforce.ts';
import { expectWhole, type Plan, type PlannedStep, PlanRefused, readPlan } from '../../plans/format.ts';
import { expectFiles, expectInputs, expectValues } from '../../plans/inputs.ts';
import { answerPrompts } from '../../playbook/vars-prompt.ts';
import { outputNames } from '../../report/outputs.ts';
import { showPlan } from '../../report/plan.ts';
import { onOneLine, paintFor } from '../../report/style.ts';
import type { Recap } from '../../run/events/event.ts';
import { readGiven } from '../../source/read-once.ts';
import { problemOf } from '../../source/system-error.ts';
import { version } from '../../source/version.ts';
import { command, counted, flag, list } from '../command.ts';
import { runGuarded } from '../guarded.ts';
import { askOptions, diffOption, expectOutput, outputFileOption, outputOption, vaultOptions } from '../options.ts';
import { keyOf } from '../plan-key.ts';
import { UsageError } from '../problem.ts';
import { type ReportOptions, reporters } from '../reporters.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';
import { type AskOptions, askPasswords, askText, promptsAtTerminal } from '../terminal/ask.ts';
import { type VaultOptions, vaultFrom } from '../vault-passwords.ts';
import { answersOf, look, prepareWatched } from './plan.ts';

interface Options extends VaultOptions, AskOptions, ReportOptions {
  readonly extraVars?: readonly string[];
  readonly detailedExitcode?: boolean;
  readonly yes?: boolean;
}

export const row = command({
  name: 'apply',
  about: 'apply a plan, unless something has changed since it was made',
  arguments: [['<plan>', 'the file that tsplay plan wrote']],
  options: {
    extraVars: list('-e, --extra-vars <vars>', 'those that the plan was made with: they are not in it (repeatable)'),
    ...vaultOptions,
    ...askOptions,
    yes: flag('-y, --yes', 'apply without asking'),
    diff: diffOption,
    detailedExitcode: flag('--detailed-exitcode', 'exit with 3 if something was changed'),
    output: outputOption('apply'),
    outputFile: outputFileOption,
    verbose: counted('-v, --verbose', 'ok and skipped results too; -vv: places and times'),
  },
  action: applyCommand,
});

/** `tsplay apply`: makes the changes of a plan and no others. Returns the exit code. */
export async function applyCommand(path: string, options: Options): Promise<number> {
  expectOutput(outputNames('apply'), options.output);
  try {
    return await applyPlan(path, options);
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error;
    const reasons = error.message.split('\n').map((line) => `  ${line}`);
    throw new UsageError([`the plan ${path} cannot be applied:`, ...reasons, 'No host was touched.'].join('\n'));
  }
}

async function applyPlan(path: string, options: Options): Promise<number> {
  const plan = readPlan(await textOf(path), version);
  expectAsked(plan.options, options);
  const vault = await vaultFrom(options);
  const keyed = keyOf(plan.key, vault);
  expectWhole(plan, keyed);
  await expectFiles(plan.inputs, keyed);
  const given = { extraVars: options.extraVars ?? [], detailedExitcode: options.detailedExitcode ?? false };
  const planned = { ...(plan.options as PlaybookOptions), ...given };
  const request = await requestOf(plan.playbooks, planned, await askPasswords(options), vault);
  expectValues(plan.extra, request.extra, keyed, {
    lacks: (name) => `'${name}' was given with -e and is missing now: -e ${name}=…`,
    other: (name) => `'${name}' had a different value with -e`,
  });
  const prepared = await prepareWatched(request);
  await expectInputs(plan.inputs, vault.inputs!, keyed);
  const human = options.output === 'human';
  if (human) process.stdout.write(`${heading(plan)}\n\n${showPlan(plan.hosts, paintFor(process.stdout))}\n`);
  if (isEmpty(plan)) {
    if (human) process.stdout.write('Nothing to change.\n');
    return 0;
  }
  const secret = (text: string): void => vault.secrets.add(text);
  await answerPrompts(prepared.playbook, request.extra, secret, promptsAtTerminal());
  expectValues(plan.prompts, answersOf(prepared.playbook), keyed, {
    lacks: (name) => `'${name}' is no longer asked for`,
    other: (name) => `the answer for '${name}' is different`,
  });
  if (!options.yes && !(await isConfirmed())) {
    process.stderr.write('Not applied. No host was touched.\n');
    return 1;
  }

  const checking = { ...request, options: { ...request.options, check: true } };
  const view = human ? await reporters('plan', { output: 'human' }) : { emit: () => {}, close: () => {} };
  const looked = await look(prepared, checking, keyed, view);
  if (!looked.recap) return looked.exit;
  const policy = new Enforcer(prepared.hosts.keys(), plan, keyed, driftedHosts(plan, looked.hosts));
  const { exit, recap } = await runGuarded(prepared, request, policy, await reporters('apply', options));
  if (human && recap) process.stdout.write(showLeft(policy.left, recap.hosts));
  return exit;
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readGiven(path)).toString('utf8');
  } catch (error) {
    throw new PlanRefused([`it cannot be read: ${problemOf(error)}`]);
  }
}

/** A plan holds no passwords: if it was made with some, they must be asked for again. */
function expectAsked(planned: Plan['options'], given: AskOptions): void {
  const lacking = [
    ...(planned['askPass'] === true && !given.askPass ? ['-k'] : []),
    ...(planned['askBecomePass'] === true && !given.askBecomePass ? ['-K'] : []),
  ];
  if (lacking.length > 0)
    throw new PlanRefused([
      `it was made with ${lacking.join(' and ')}: give the same options to be asked for the passwords`,
    ]);
}

function heading({ playbooks, made, options }: Plan): string {
  const limit = Array.isArray(options['limit']) ? `, limited to ${options['limit'].join(', ')}` : '';
  const tags = Array.isArray(options['tags']) ? `, tags ${options['tags'].join(', ')}` : '';
  return onOneLine(
    `The plan of ${playbooks.join(', ')}${limit}${tags}, made ${made.replace(/T(\d+:\d+).*/, ' $1 UTC')}:`,
  );
}

function isEmpty({ hosts, exit }: Plan): boolean {
  const counts = Object.values(hosts).map((host) => host.counts);
  return (exit === 0 || exit === 3) && counts.every(({ changed, unknown }) => changed + unknown === 0);
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new PlanRefused(['there is no terminal to ask on: --yes applies it without asking']);
  return /^y(es)?$/i.test((await askText('Apply? [y/N] ')).trim());
}

/** Planned steps that successful hosts did not need: the condition was false, or an earlier step had made the change. */
function showLeft(left: ReadonlyMap<string, readonly PlannedStep[]>, counts: Recap['hosts']): string {
  const lines = [...left].flatMap(([host, steps]) => {
    const { failed = 0, unreachable = 0, rescued = 0 } = counts[host] ?? {};
    if (failed + unreachable + rescued > 0) return [];
    return [onOneLine(`${host}: ${steps.map(({ task, place }) => `'${task}' (${place})`).join(', ')}`)];
  });
  return lines.length === 0 ? '' : `\nPlanned, but no longer needed:\n${lines.join('\n')}\n`;
}
