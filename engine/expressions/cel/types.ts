import type { Environment } from '@marcbachmann/cel-js';
import type { Shape } from '../shape.ts';
import { Problem, type TypeChecker } from '../types.ts';
import { explainCel, typeWords } from './errors.ts';
import { celEnvironment } from './functions.ts';

/** What is known of the variables' types: finds what cannot work before anything runs. */
export class CelTypes implements TypeChecker {
  readonly #shapes: ReadonlyMap<string, Shape>;
  #environment: Environment | undefined;
  #named = 0;

  constructor(shapes: ReadonlyMap<string, Shape>) {
    this.#shapes = shapes;
  }

  problemIn(
    source: string,
    mustBeBool: boolean,
  ): { code: 'value-type' | 'unknown-field'; problem: Problem } | undefined {
    this.#environment ??= this.#declare();
    const { error, type } = this.#environment.parse(source).check();
    if (error?.code === 'no_such_key') {
      const field = error.summary.replace('No such key: ', '');
      return { code: 'unknown-field', problem: new Problem(`there is no field '${field}'`, error.range?.start ?? 0) };
    }
    if (error) {
      const certain = judged.has(error.code) && !/\bnull\b/.test(error.summary);
      return certain ? { code: 'value-type', problem: explainCel(source, error) } : undefined;
    }
    if (!mustBeBool || ['bool', 'dyn', 'dyn<bool>'].includes(type!)) return undefined;
    const message = `the condition gives ${typeWords(type!)}, not true or false`;
    return { code: 'value-type', problem: new Problem(message, 0, 'compare it with something') };
  }

  #declare(): Environment {
    const environment = celEnvironment();
    for (const [name, shape] of this.#shapes) environment.registerVariable(name, this.#type(shape, environment));
    return environment;
  }

  #type(shape: Shape, environment: Environment): string {
    if (shape === 'any') return 'dyn';
    if (typeof shape === 'string') return shape;
    if ('list' in shape) return `list<${this.#type(shape.list, environment)}>`;
    if ('values' in shape) return `map<string, ${this.#type(shape.values, environment)}>`;
    const fields = Object.entries(shape.fields).map(([name, field]) => [name, this.#type(field, environment)]);
    const name = `map_${++this.#named}`;
    environment.registerType({ name, schema: Object.fromEntries(fields) as Record<string, string> });
    return name;
  }
}

/** Errors that are certain whatever the values are. Those about null are not: any value may turn out to be null. */
const judged = new Set(['no_such_overload', 'no_matching_overload', 'invalid_logical_operand']);
