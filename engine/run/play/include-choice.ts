import { firstFalse } from '../../expressions/condition.ts';
import { TaskFailure } from '../../module/failure.ts';
import { UnknownValue } from '../../module/unknown.ts';
import type { Candidate, Include, Included } from '../../playbook/types.ts';
import { InvalidInput } from '../../source/diagnostic.ts';
import { formatPlace } from '../../source/place.ts';
import { HostScope, NeededFacts } from '../../variables/scope.ts';
import type { HostState } from '../host/state.ts';
import { evaluate } from '../task/evaluate.ts';
import { safely } from '../task/report.ts';
import { type Outcome, outcomeOf, skipped, skippedFor, unknown } from '../task/result.ts';
import type { RunContext } from '../types.ts';
import type { Within } from './entries.ts';
import { itemsOf, loopVariables } from './loop.ts';

/** Files that include one another deeper than this never end. */
const deepest = 200;

/** What an include comes to on one host, for one item of its loop or for none. */
export interface Choice {
  readonly outcome: Outcome;
  readonly scope: HostScope;
  /** The item's label, in a loop. */
  readonly label?: unknown;
  readonly locals: ReadonlyMap<string, unknown>;
  /** What was chosen; missing where nothing was, or it cannot be known. */
  readonly chosen?: { readonly candidate: Candidate; readonly included: Included; readonly names: string };
}

export function scopeOn(run: RunContext, within: Within, include: Include, host: HostState): HostScope {
  return new HostScope(run.world, host.host, new NeededFacts(), within.play, include, within.locals);
}

/** Judges an include's conditions on a host, for each item, and finds what its name means there. Never throws. */
export async function chooseOn(
  run: RunContext,
  within: Within,
  include: Include,
  host: HostState,
): Promise<readonly Choice[]> {
  const scope = scopeOn(run, within, include, host);
  const { loop } = include;
  const whole = (outcome: Outcome): readonly Choice[] => [{ outcome, scope, locals: new Map() }];
  if (within.unknown !== undefined) return whole(unknown(within.unknown));
  if (!loop) return [await chooseOne(run, within, include, scope, new Map())];
  let items: readonly unknown[];
  try {
    const found = await itemsOf(run, within.play, scope, include, loop);
    if (found.refused) return whole(skippedFor(found.refused));
    ({ items } = found);
  } catch (error) {
    return whole(troubled(error));
  }
  if (items.length === 0) return whole(skipped('the loop is empty'));
  const choices: Choice[] = [];
  for (const [index, item] of items.entries()) {
    const locals = loopVariables(loop, items, index);
    const inner = scope.with(locals);
    const label = loop.label ? safely(() => loop.label!.evaluate(inner)) : item;
    choices.push({ ...(await chooseOne(run, within, include, inner, locals)), label });
  }
  return choices;
}

async function chooseOne(
  run: RunContext,
  within: Within,
  include: Include,
  scope: HostScope,
  locals: ReadonlyMap<string, unknown>,
): Promise<Choice> {
  try {
    const refused = await evaluate(run, within.play, scope, () => firstFalse(include.when, scope));
    if (refused) return { outcome: skippedFor(refused), scope, locals };
    const names = await evaluate(run, within.play, scope, () => namesOf(include, scope));
    const candidate = include.choose(names);
    if (within.around.length >= deepest)
      throw new TaskFailure(`${candidate.title} is included ${deepest} deep`, {
        hint: 'a file that includes itself needs a condition that ends it',
      });
    const outcome: Outcome = { status: 'ok', differences: [], message: `included: ${candidate.title}` };
    const chosen = { candidate, included: candidate.open(), names: JSON.stringify([...names]) };
    return { outcome, scope, locals, chosen };
  } catch (error) {
    return { outcome: troubled(error), scope, locals };
  }
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

function troubled(error: unknown): Outcome {
  if (error instanceof UnknownValue) return unknown(error.reason);
  if (!(error instanceof InvalidInput)) return outcomeOf(error);
  const lines = error.diagnostics.map(({ message, place }) => (place ? `${message} (${formatPlace(place)})` : message));
  return outcomeOf(new TaskFailure(lines.join('; ')));
}
