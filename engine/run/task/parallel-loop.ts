import type { Loop } from '../../playbook/types.ts';
import type { CheckedStep, ResolvedSettings, Step, TaskResult } from '../types.ts';
import { noDeadline } from './deadline.ts';
import { checkStep, failingCondition, runStep, settingsOf } from './runner.ts';

/** Steps under way at once. */
const most = 100;

interface Begun {
  readonly checked: CheckedStep;
  readonly resolved: ResolvedSettings;
}

/**
 * The results of the first items of a loop, by index, where no item changes what another one reads. Such items find, do
 * and verify the same side by side as one after the other, in a few round trips. Their checks say what they read and what
 * they change.
 */
export async function runParallel(
  loop: Loop,
  steps: readonly Step[],
): Promise<ReadonlyMap<number, readonly [TaskResult, ResolvedSettings]>> {
  const { run, task } = steps[0]!;
  const { check, lookahead } = run.options;
  const { asyncSeconds, timeoutSeconds } = task.settings;
  const possible = task.module.alongside && !check && !run.policy && lookahead !== 0 && !task.until;
  if (!possible || asyncSeconds || timeoutSeconds || loop.pauseSeconds || steps.length < 2) return new Map();
  const begun = await Promise.all(steps.slice(0, most).map(begin));
  const alike = begun.slice(0, undisturbed(begun));
  if (alike.filter((one) => one?.checked.check.differences.length).length < 2) return new Map();
  const results = await Promise.all(
    alike.map(async (one, i): Promise<[number, readonly [TaskResult, ResolvedSettings]]> => {
      const { resolved, checked } = one!;
      return [i, [await runStep(steps[i]!, resolved, noDeadline, { checked }), resolved]];
    }),
  );
  return new Map(results);
}

/** Undefined where the step does not run, or its check fails: that is reported when its turn comes. */
async function begin(step: Step): Promise<Begun | undefined> {
  try {
    if (await failingCondition(step, step.run.signal)) return undefined;
    const resolved = await settingsOf(step);
    if (resolved.problems.size > 0) return undefined;
    return { resolved, checked: await checkStep({ ...step, settings: resolved.settings, deadline: noDeadline }) };
  } catch {
    return undefined;
  }
}

/** How many steps, from the first on, do not affect each other. */
function undisturbed(begun: readonly (Begun | undefined)[]): number {
  const [read, changed] = [new Set<string>(), new Set<string>()];
  for (const [i, one] of begun.entries()) {
    if (!one || one.checked.context.checkMode) return i;
    const { check, session } = one.checked;
    if (check.differences.length > 0 && !check.after) return i;
    const after = check.differences.length === 0 ? [] : check.after!.flatMap((p) => ('key' in p ? [p.key] : []));
    const reads = [...session.keysRead];
    if (reads.some((key) => changed.has(key)) || after.some((key) => read.has(key))) return i;
    for (const key of reads) read.add(key);
    for (const key of after) changed.add(key);
  }
  return begun.length;
}
