import type { AnyModule } from '../module/module.ts';

const origins = new WeakMap<AnyModule, string>();

/** The file that a module of the project's own comes from, absolute; undefined for one that tsplay brings. */
export function originOf(module: AnyModule): string | undefined {
  return origins.get(module);
}

export function rememberOrigin(module: AnyModule, file: string): void {
  origins.set(module, file);
}
