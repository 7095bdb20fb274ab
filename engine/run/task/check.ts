import { TaskFailure } from '../../module/failure.ts';
import type { AnyModule, Check, Writer } from '../../module/module.ts';
import { readOnly } from '../../module/read-only.ts';
import { type Eyes, watched } from '../policy.ts';

/** Lets a module look at a host: with eyes only, and what it says it found has the form that the contract asks for. */
export async function look(module: AnyModule, args: unknown, host: Writer, eyes?: Eyes): Promise<Check> {
  const reader = readOnly(host);
  const found: unknown = await module.check(args, eyes ? watched(reader, eyes) : reader);
  if (isCheck(found)) return found;
  throw new TaskFailure(`the module '${module.name}' did not say what it found`, {
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
