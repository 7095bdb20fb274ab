import type { Template } from '../expressions/types.ts';
import type { VariableLayer } from '../playbook/types.ts';

/** Finds a name in layers that are added during the run; the last one wins. */
export function learned(layers: readonly VariableLayer[], name: string): Template | undefined {
  for (let i = layers.length - 1; i >= 0; i--) {
    const variable = layers[i]!.variables.get(name);
    if (variable) return variable.value;
  }
  return undefined;
}

interface Written {
  readonly all: ReadonlyMap<string, Template>;
  /** Those that take precedence over what a host has learned. */
  readonly given: ReadonlyMap<string, Template>;
}

const merged = new WeakMap<readonly VariableLayer[], Written>();

/** The layers of the playbook, which no longer change, merged: each task asks for dozens of names that nothing has set. */
export function written(layers: readonly VariableLayer[]): Written {
  const before = merged.get(layers);
  if (before) return before;
  const templates = (some: readonly VariableLayer[]) =>
    new Map(some.flatMap(({ variables }) => [...variables].map(([name, { value }]) => [name, value] as const)));
  const made = { all: templates(layers), given: templates(layers.filter(({ given }) => given)) };
  merged.set(layers, made);
  return made;
}

/** Variables of the moment: those of loops, and the results that conditions judge. The names in `given` hold nothing from hosts. */
export class Locals extends Map<string, unknown> {
  readonly given: ReadonlySet<string>;

  constructor(entries: Iterable<readonly [string, unknown]>, given: Iterable<string> = []) {
    super(entries);
    this.given = new Set(given);
  }

  /** Those of `outer` with these on top. */
  static over(outer: ReadonlyMap<string, unknown> | undefined, inner: ReadonlyMap<string, unknown>): Locals {
    const kept = [...givenIn(outer)].filter((name) => !inner.has(name));
    return new Locals([...(outer ?? []), ...inner], [...kept, ...givenIn(inner)]);
  }
}

export function givenIn(locals: ReadonlyMap<string, unknown> | undefined): ReadonlySet<string> {
  return locals instanceof Locals ? locals.given : new Set();
}
