import { TaskFailure } from '../../module/failure.ts';
import type { AnyModule, Check, Writer } from '../../module/module.ts';
import { readOnly } from '../../module/read-only.ts';
import { untilAborted } from '../../transport/waiting.ts';
import { observed } from '../policy.ts';
import type { ReadObserver } from '../types.ts';

/**
 * Runs a module's check with a reader that cannot write, and makes sure that what it returns has the contract's form. A
 * check that does not end when the reader's signal is aborted is abandoned: it changes nothing.
 */
export async function runCheck(
  module: AnyModule,
  args: unknown,
  host: Writer,
  observer?: ReadObserver,
): Promise<Check> {
  const reader = readOnly(host);
  const check = async (): Promise<unknown> => module.check(args, observer ? observed(reader, observer) : reader);
  const found = await untilAborted(check(), host.signal);
  if (isCheck(found)) return found;
  throw new TaskFailure(`the module '${module.name}' did not return what it found`, {
    hint: "check returns { present, differences: [{ what: 'text', from: 'text' or null, to: 'text' or null }] }",
  });
}

function isCheck(found: unknown): found is Check {
  const differences = (found as Partial<Check> | undefined | null)?.differences;
  const texts = (values: readonly unknown[]): boolean => values.every((v) => v === null || typeof v === 'string');
  return (
    Array.isArray(differences) &&
    differences.every((d: Check['differences'][number]) => texts([d?.what, d?.from, d?.to]))
  );
}
