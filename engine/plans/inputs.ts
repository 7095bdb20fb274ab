import { digestOfFile, type Inputs } from '../source/inputs.ts';
import { PlanRefused } from './format.ts';
import type { Keyed } from './key.ts';

const digestOf = (keyed: Keyed, name: string, sha256: string): string => keyed.digest('input', name, sha256);

export async function inputDigests(inputs: Inputs, keyed: Keyed): Promise<Record<string, string>> {
  const found = await inputs.digests();
  return Object.fromEntries([...found].map(([name, sha256]) => [name, digestOf(keyed, name, sha256)]));
}

const outputs = /^output of /;

/** Checks, before they are used, that the files of a plan are unchanged. Throws PlanRefused with all that are not. */
export async function expectFiles(planned: Readonly<Record<string, string>>, keyed: Keyed): Promise<void> {
  const reasons: string[] = [];
  const files = Object.entries(planned).filter(([name]) => !outputs.test(name));
  const found = new Map<string, string | undefined>();
  for (const [name] of files) found.set(name, await digestOfFile(name));
  if ([...found.values()].every((now) => now === undefined))
    refuse(['none of its files exist here: apply it in the folder in which it was made']);
  for (const [name, digest] of files) {
    const now = found.get(name);
    if (now === undefined) reasons.push(`${name} is not there any more, or cannot be read`);
    else if (digestOf(keyed, name, now) !== digest) reasons.push(`${name} has changed since`);
  }
  refuse(reasons);
}

/** Checks that what was read now, and what inventory programs printed, is exactly what was read for the plan. */
export async function expectInputs(
  planned: Readonly<Record<string, string>>,
  inputs: Inputs,
  keyed: Keyed,
): Promise<void> {
  const now = await inputDigests(inputs, keyed);
  const added = Object.keys(now).filter((name) => planned[name] === undefined);
  const other = Object.entries(planned).filter(
    ([name, digest]) => now[name] !== digest && (now[name] !== undefined || outputs.test(name)),
  );
  refuse([
    ...other.map(([name]) => `the ${name} has changed`.replace(/^the (?!output of )/, '')),
    ...added.map((name) => `${name} is read now, and was not there`),
  ]);
}

/** Checks that values given with -e, or typed as answers, are those of the plan. They are not shown. */
export function expectValues(
  planned: Readonly<Record<string, string>>,
  values: ReadonlyMap<string, unknown>,
  keyed: Keyed,
  words: { readonly lacks: (name: string) => string; readonly other: (name: string) => string },
): void {
  const now = valueDigests(values, keyed);
  const names = new Set([...Object.keys(planned), ...Object.keys(now)]);
  refuse(
    [...names]
      .filter((name) => planned[name] !== now[name])
      .map((name) =>
        now[name] === undefined
          ? words.lacks(name)
          : planned[name] === undefined
            ? `'${name}' was not given for the plan`
            : words.other(name),
      ),
  );
}

export function valueDigests(values: ReadonlyMap<string, unknown>, keyed: Keyed): Record<string, string> {
  return Object.fromEntries([...values].map(([name, value]) => [name, keyed.digest('value', name, value)]));
}

function refuse(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new PlanRefused(reasons);
}
