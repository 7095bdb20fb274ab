import { UnknownValue } from '../module/unknown.ts';
import type { Condition, Scope } from './types.ts';

/**
 * The first condition that does not hold. One that is false decides, whatever is unknown before it; where none is, the
 * unknown one is thrown. Conditions after an unknown one may rely on it, so that only what they say for certain counts.
 */
export function firstFalse(conditions: readonly Condition[], scope: Scope): Condition | undefined {
  let unknown: UnknownValue | undefined;
  for (const condition of conditions) {
    try {
      if (!condition.holds(scope)) return condition;
    } catch (error) {
      if (error instanceof UnknownValue) unknown ??= error;
      else if (!unknown) throw error;
    }
  }
  if (unknown) throw unknown;
  return undefined;
}
