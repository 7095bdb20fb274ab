import { UnknownValue } from '../../engine/module/unknown.ts';

/** Undefined where, in check mode, only an earlier task's change will make it known: for what a check can do without. */
export async function unlessUnknown<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnknownValue) return undefined;
    throw error;
  }
}
