import { firstFalse } from '../../expressions/condition.ts';
import { TaskFailure } from '../../module/failure.ts';
import type { Candidate, Include, Included } from '../../playbook/types.ts';
import { NeededFacts } from '../../variables/needed-facts.ts';
import { HostScope } from '../../variables/scope.ts';
import { evaluate } from '../task/evaluate.ts';
import { type Items, itemsOf, loopVariables } from '../task/loop.ts';
import { resultOfError, safely, skipped, skippedFor, unknown } from '../task/result.ts';
import { firstProblem, resolveSettings } from '../task/settings.ts';
import type { HostState, Position, ResolvedSettings, Run, TaskResult, TaskSettings } from '../types.ts';

/** Files that include each other deeper than this never end. */
const deepest = 200;

/** What an include means on one host, for one item of its loop or without one. */
export interface Choice {
  readonly result: TaskResult;
  readonly settings: TaskSettings;
  /** The item's label, in a loop. */
  readonly label?: unknown;
  readonly looped?: true;
  readonly locals: ReadonlyMap<string, unknown>;
  /** What was chosen; missing where nothing was, or it cannot be known. */
  readonly chosen?: { readonly candidate: Candidate; readonly included: Included; readonly names: string };
}

export function scopeOn(run: Run, at: Position, include: Include, host: HostState): HostScope {
  return new HostScope(run.state, host.host, new NeededFacts(), at.play, include, at.locals);
}

/** The settings of an include, with the facts that they ask for. Never throws. */
export async function settingsOn(
  run: Run,
  { play }: Position,
  include: Include,
  scope: HostScope,
): Promise<ResolvedSettings> {
  const resolve = (): ResolvedSettings => resolveSettings(include, scope);
  try {
    return await evaluate(run, play, scope, resolve, run.signal);
  } catch (error) {
    const known = resolve();
    return { ...known, problems: new Map([['facts', error], ...known.problems]) };
  }
}

/** Judges an include's conditions on a host, for each item, and finds what its name means there. Never throws. */
export async function chooseOn(run: Run, at: Position, include: Include, host: HostState): Promise<readonly Choice[]> {
  const scope = scopeOn(run, at, include, host);
  const { loop } = include;
  const { settings } = await settingsOn(run, at, include, scope);
  const whole = (result: TaskResult): readonly Choice[] => [
    { result: ignoredOrNot(result, settings), settings, locals: new Map() },
  ];
  if (at.unknown !== undefined) return whole(unknown(at.unknown));
  if (!loop) return [await chooseOne(run, at, include, scope, new Map())];
  let found: Items;
  try {
    found = await itemsOf(run, at.play, scope, include, loop, run.signal);
    if (found.refused) return whole(skippedFor(found.refused));
  } catch (error) {
    return whole(resultOfError(error));
  }
  const { items } = found;
  if (items.length === 0) return whole(skipped('the loop is empty'));
  const choices: Choice[] = [];
  for (const [index, item] of items.entries()) {
    const locals = loopVariables(loop, found, index);
    const inner = scope.with(locals);
    const label = loop.label ? safely(() => loop.label!.evaluate(inner)) : item;
    choices.push({ ...(await chooseOne(run, at, include, inner, locals)), label, looped: true });
  }
  return choices;
}

async function chooseOne(
  run: Run,
  at: Position,
  include: Include,
  scope: HostScope,
  locals: ReadonlyMap<string, unknown>,
): Promise<Choice> {
  const resolved = await settingsOn(run, at, include, scope);
  const { settings } = resolved;
  try {
    const refused = await evaluate(run, at.play, scope, () => firstFalse(include.when, scope), run.signal);
    if (refused) return { result: skippedFor(refused), settings, locals };
    const problem = firstProblem(resolved);
    if (problem !== undefined) throw problem;
    const names = await evaluate(run, at.play, scope, () => namesOf(include, scope), run.signal);
    const candidate = include.choose(names);
    if (at.around.length >= deepest)
      throw new TaskFailure(`${candidate.title} is included ${deepest} deep`, {
        hint: 'a file that includes itself needs a condition that ends it',
      });
    const result: TaskResult = { status: 'ok', differences: [], message: `included: ${candidate.title}` };
    const chosen = { candidate, included: candidate.open(), names: JSON.stringify([...names]) };
    return { result, settings, locals, chosen };
  } catch (error) {
    return { result: ignoredOrNot(resultOfError(error), settings), settings, locals };
  }
}

function ignoredOrNot(result: TaskResult, { ignoreErrors }: TaskSettings): TaskResult {
  return result.status === 'failed' && ignoreErrors ? { ...result, ignored: true } : result;
}

function namesOf(include: Include, scope: HostScope): Map<string, string> {
  const names = new Map<string, string>();
  for (const [argument, template] of include.names) {
    const value = template.evaluate(scope);
    if (typeof value !== 'string' || value === '')
      throw new TaskFailure(`'${argument}' of ${include.what} must be a name, but it is ${JSON.stringify(value)}`);
    names.set(argument, value);
  }
  return names;
}
