import { WrittenNumber } from '../source/written-number.ts';
import { describeValue, findEntry, findVariable, Missing } from './member.ts';
import { computedStep } from './shape.ts';
import type { Reference, Scope } from './types.ts';

/** What an expression's variables are, for a message: `port is 80, nodes is ["a","b"]`. Never throws. */
export function valuesUsed(references: readonly Reference[], scope: Scope): string {
  const paths = new Map<string, readonly string[]>();
  for (const { path } of references) if (!path.includes(computedStep)) paths.set(path.join('.'), path);
  return [...paths]
    .flatMap(([shown, path]) => {
      const value = valueAt(path, scope);
      return value === undefined ? [] : [`${shown} is ${value}`];
    })
    .join(', ');
}

function valueAt([name, ...steps]: readonly string[], scope: Scope): string | undefined {
  try {
    let value = findVariable(scope, name!);
    for (const step of steps) {
      if (value instanceof Missing) break;
      value = findEntry(value, step, name!);
    }
    return value instanceof Missing ? 'not defined' : brief(value);
  } catch {
    return undefined; // unknown in check mode
  }
}

function brief(value: unknown): string {
  if (value instanceof WrittenNumber) return String(value);
  const text = JSON.stringify(value) ?? describeValue(value);
  if (text.length <= 80) return text;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'string' ? `${text.slice(0, 79)}…"` : describeValue(value);
}
