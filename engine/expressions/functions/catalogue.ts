import { encodingFunctions } from './encoding.ts';
import { listFunctions } from './lists.ts';
import { logicFunctions } from './logic.ts';
import { networkFunctions } from './networks.ts';
import { textFunctions } from './text.ts';
import type { ExpressionFunction } from './types.ts';
import { versionFunctions } from './versions.ts';

/**
 * Every function of expressions, once: CEL (cel/functions.ts) and Handlebars (handlebars/helpers.ts) both derive theirs
 * from these rows. A new function is a row in its subject's file. What only one language can have is in its own file.
 */
export const functions: readonly ExpressionFunction[] = [
  ...logicFunctions,
  ...textFunctions,
  ...listFunctions,
  ...encodingFunctions,
  ...versionFunctions,
  ...networkFunctions,
];

const byName = new Map(functions.map((row) => [row.name, row]));

/** What is wrong with an argument that is written out in an expression, as far as the function can tell. */
export function constantProblem(name: string, index: number, value: string): string | undefined {
  try {
    byName.get(name)?.parameters[index]?.readConstant?.(value);
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
