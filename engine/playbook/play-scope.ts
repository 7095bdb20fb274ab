import { type Scope, TemplateError } from '../expressions/types.ts';
import type { VariableLayer } from './types.ts';

/** The variables of a play as a whole: extra vars and the play's own, which are the same for all hosts. */
export class PlayScope implements Scope {
  readonly #extra: ReadonlyMap<string, unknown>;
  readonly #layers: readonly VariableLayer[];
  readonly #inProgress: string[] = [];

  /** `layers`: lowest first. */
  constructor(extra: ReadonlyMap<string, unknown>, layers: readonly VariableLayer[]) {
    this.#extra = extra;
    this.#layers = layers;
  }

  lookup(name: string): unknown {
    if (this.#extra.has(name)) return this.#extra.get(name);
    const template = this.#layers.findLast((layer) => layer.variables.has(name))?.variables.get(name)?.value;
    if (!template) return undefined;
    if (this.#inProgress.includes(name))
      throw new TemplateError(
        `'${name}' is defined in terms of itself: ${[...this.#inProgress, name].join(' → ')}`,
        template.place,
      );
    this.#inProgress.push(name);
    try {
      return template.evaluate(this);
    } finally {
      this.#inProgress.pop();
    }
  }

  *names(): Iterable<string> {
    yield* this.#extra.keys();
    for (const layer of this.#layers) yield* layer.variables.keys();
  }
}
