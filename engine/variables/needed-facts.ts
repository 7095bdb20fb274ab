/** A fact that an evaluation has used. */
export interface SeenFact {
  readonly host: string;
  readonly name: string;
  readonly value: unknown;
}

/** The facts that an evaluation asked for and that have not been read yet: read them, then evaluate again. */
export class NeededFacts {
  readonly #byHost = new Map<string, Set<string>>();
  /** Those that had been read. */
  seen: SeenFact[] = [];

  add(host: string, name: string): void {
    const names = this.#byHost.get(host) ?? new Set();
    this.#byHost.set(host, names.add(name));
  }

  /** Returns what was collected, and forgets it. */
  take(): readonly { readonly host: string; readonly names: ReadonlySet<string> }[] {
    if (this.#byHost.size === 0) return [];
    const taken = [...this.#byHost].map(([host, names]) => ({ host, names }));
    this.#byHost.clear();
    return taken;
  }
}
