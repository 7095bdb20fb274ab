import { isDeepStrictEqual } from 'node:util';
import type { Module } from './module/module.ts';
import { type GivenHost, observe, type Seen, stillFound } from './module/testing.ts';
import { validateArguments } from './playbook/arguments/validate.ts';

/**
 * `tsplay/testing`: how the author of a module tests it, without a host.
 *
 * A second public entry of the package, above the engine because it uses it.
 */
export type { GivenHost, Seen } from './module/testing.ts';

/** A module breaks a law of the engine; the message names it. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken';
}

/**
 * Runs a module on a host made of data, and returns what it found and did. Arguments are given as in a task and checked
 * against the schema. Throws LawBroken if check writes, if a prediction is wrong or if the change leaves a difference;
 * and whatever the module itself throws.
 */
export async function tryModule<P>(
  // oxlint-disable-next-line typescript/no-explicit-any -- arguments are checked against the schema instead
  module: Module<any, P>,
  args: Readonly<Record<string, unknown>>,
  given: GivenHost = {},
): Promise<Seen<P>> {
  const filled = structuredClone(args) as Record<string, unknown>;
  const wrong = validateArguments(module, filled).map(({ message, hint }) => (hint ? `${message} (${hint})` : message));
  const problems = wrong.length > 0 ? wrong : (module.lint?.(args) ?? []);
  if (problems.length > 0) throw new Error(`these arguments would be refused: ${problems.join('; ')}`);
  const seen = await observe(module, filled, given);
  const broken = (module.nature ?? 'state') === 'state' ? await brokenLaw(module, filled, given, seen) : undefined;
  if (broken !== undefined) throw new LawBroken(`${module.name}: ${broken}`);
  return seen;
}

/** The law that a module of the nature `state` breaks: its predictions must equal what its change does. */
async function brokenLaw<P>(
  // oxlint-disable-next-line typescript/no-explicit-any
  module: Module<any, P>,
  args: unknown,
  given: GivenHost,
  { check, leftOver }: Seen<P>,
): Promise<string | undefined> {
  const { differences, after = [] } = check;
  if (differences.length === 0) return undefined;
  if (!module.change) return 'a change is verified: it finds differences but has no change that removes them';
  if (leftOver !== 'unknown' && leftOver.length > 0)
    return after.length === 0
      ? "predictions are true: 'after' does not say what later reads will see (willBe, cannotTell), so check mode would find it all again"
      : `predictions are true: on a host that reads what 'after' says, check still finds: ${leftOver.join(', ')}`;
  const { afterwards } = given;
  if (!afterwards) return undefined;
  const later = { ...given, reads: { ...given.reads, ...afterwards } };
  const left = await stillFound(module, args, later);
  if (left !== 'unknown' && left.length > 0)
    return `a change is verified: after it, check still finds: ${left.join(', ')}`;
  for (const p of after)
    if (p.kind === 'value' && p.key in afterwards && !isDeepStrictEqual(p.value, afterwards[p.key]))
      return `predictions are true: 'after' says that '${p.key}' will read ${show(p.value)}, but it reads ${show(afterwards[p.key])}`;
  return undefined;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
