import type { Loop } from '../../playbook/types.ts';
import type { Outcome } from '../task/result.ts';
import { type Begun, begin, refusal, runStep, type Step } from '../task/runner.ts';

/** Of what is under way at once. */
const most = 100;

/**
 * The outcomes of the first items of a loop, by index, where what is done for one is out of all the others' sight: none
 * changes what another looks at. So they find, do and verify the same side by side as one after the other, in a few
 * round trips. What one changes and what it looks at, its check has said.
 */
export async function together(loop: Loop, steps: readonly Step[]): Promise<ReadonlyMap<number, Outcome>> {
  const { run, task } = steps[0]!;
  const { check, lookahead } = run.options;
  const wanted = task.module.alongside && !check && !run.guard && lookahead !== 0 && !task.until && !task.async;
  if (!wanted || loop.pauseSeconds || steps.length < 2) return new Map();
  const begun = await Promise.all(steps.slice(0, most).map((step) => start(step)));
  const alike = begun.slice(0, undisturbed(begun));
  if (alike.filter((one) => one?.check.differences.length).length < 2) return new Map();
  const outcomes = await Promise.all(
    alike.map(async (one, i): Promise<[number, Outcome]> => [i, (await runStep(steps[i]!, one)).outcome]),
  );
  return new Map(outcomes);
}

/** Undefined where it will not look, or looking fails: that is told when it is its turn. */
async function start(step: Step): Promise<Begun | undefined> {
  try {
    return (await refusal(step)) ? undefined : await begin(step);
  } catch {
    return undefined;
  }
}

/** How many of them, from the first on, keep out of each other's way. */
function undisturbed(begun: readonly (Begun | undefined)[]): number {
  const [looked, changed] = [new Set<string>(), new Set<string>()];
  for (const [i, one] of begun.entries()) {
    if (!one || one.footing.checkMode) return i;
    const { check, access } = one;
    if (check.differences.length > 0 && !check.after) return i;
    const after = check.differences.length === 0 ? [] : check.after!.flatMap((p) => ('key' in p ? [p.key] : []));
    const reads = [...access.keysRead];
    if (reads.some((key) => changed.has(key)) || after.some((key) => looked.has(key))) return i;
    for (const key of reads) looked.add(key);
    for (const key of after) changed.add(key);
  }
  return begun.length;
}
