import { suggest } from '../source/nearest.ts';
import type { Task } from './types.ts';

/** The fields that results registered under one name can have, and how many of the tasks that register it loop. */
export interface ResultFields {
  readonly own: ReadonlySet<string>;
  readonly loops: boolean;
}

/** By name; a name is missing where what a module returns is not declared. */
export type Registers = ReadonlyMap<string, ResultFields | undefined>;

/** What every result has, whatever its module. */
const common = ['changed', 'failed', 'skipped', 'unreachable', 'msg', 'differences', 'results', 'attempts', 'unknown'];

/** All names that are registered anywhere: what a name holds may come from any of the tasks that register it. */
export function registersOf(tasks: readonly Task[]): Registers {
  const registers = new Map<string, ResultFields | undefined>();
  for (const { register, module, loop } of tasks) {
    if (register === undefined) continue;
    const { returns } = module;
    const declared = returns?.properties !== undefined && (returns['additionalProperties'] ?? false) === false;
    const before = registers.get(register);
    if (!declared || (registers.has(register) && !before)) registers.set(register, undefined);
    else {
      const own = loop ? [] : Object.keys(returns.properties ?? {});
      registers.set(register, {
        own: new Set([...(before?.own ?? []), ...own]),
        loops: (before?.loops ?? false) || loop !== undefined,
      });
    }
  }
  return registers;
}

/** Why a result cannot have this field; undefined where it can. */
export function unknownField({ own, loops }: ResultFields, field: string): { hint?: string } | undefined {
  if (own.has(field) || common.includes(field)) return undefined;
  const hint = loops
    ? "its task loops: the result of each item stands in 'results'"
    : suggest(field, [...own, ...common]);
  return hint === undefined ? {} : { hint };
}
