import type { Template } from '../expressions/types.ts';
import type { VariableLayer } from '../playbook/types.ts';

/** From layers that grow during the run. */
export function learned(layers: readonly VariableLayer[], name: string): Template | undefined {
  for (let i = layers.length - 1; i >= 0; i--) {
    const variable = layers[i]!.variables.get(name);
    if (variable) return variable.value;
  }
  return undefined;
}

interface Written {
  readonly all: ReadonlyMap<string, Template>;
  /** Those that stand above what a host has learned. */
  readonly given: ReadonlyMap<string, Template>;
}

const merged = new WeakMap<readonly VariableLayer[], Written>();

/** The layers of the playbook, which do not change any more, as one: each task asks for dozens of names that nobody has set. */
export function written(layers: readonly VariableLayer[]): Written {
  const before = merged.get(layers);
  if (before) return before;
  const templates = (some: readonly VariableLayer[]) =>
    new Map(some.flatMap(({ variables }) => [...variables].map(([name, { value }]) => [name, value] as const)));
  const made = { all: templates(layers), given: templates(layers.filter(({ given }) => given)) };
  merged.set(layers, made);
  return made;
}
