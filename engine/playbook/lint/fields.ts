import { CelTypes } from '../../expressions/cel/types.ts';
import { computedStep, describeShape, type Shape, wrongStep } from '../../expressions/shape.ts';
import type { Condition, Reference, Typed } from '../../expressions/types.ts';
import type { Diagnostics } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import type { Place } from '../../source/place.ts';
import { isThisMachine } from '../delegates.ts';
import type { LintState } from './state.ts';

/** Checks field access on variables of known shape: results, facts, groups, variables of other hosts. */
export class FieldLint {
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #names: ReadonlySet<string>;
  readonly #state: LintState;
  readonly #diagnostics: Diagnostics;
  readonly #types: CelTypes;

  /** `names`: every variable that any host of the play may have. */
  constructor(
    shapes: ReadonlyMap<string, Shape>,
    names: ReadonlySet<string>,
    state: LintState,
    diagnostics: Diagnostics,
  ) {
    this.#shapes = shapes;
    this.#names = names;
    this.#state = state;
    this.#diagnostics = diagnostics;
    // Most plays have the same shapes, and declaring the types is expensive.
    const key = [...shapes.keys()].join(' ');
    this.#types = state.types.get(key) ?? new CelTypes(shapes);
    state.types.set(key, this.#types);
  }

  /** Whether the path is valid. `when`: the conditions of the entry, which may test for existence first. */
  reference({ path, place }: Reference, when: readonly Condition[]): boolean {
    const [name, ...steps] = path;
    if (steps.length === 0) return true;
    if (name === 'hostvars') return this.#hostVariable(steps, place);
    if (name === 'groups') return this.#group(steps[0]!, place, when);
    return this.#steps(name!, this.#shapes.get(name!), steps, place);
  }

  /** Reports incompatible types in an expression. `local` names hide others. */
  types(expression: Typed, local: readonly string[]): void {
    if (local.some((name) => this.#shapes.has(name))) return;
    if (!expression.references.some(({ path }) => this.#shapes.has(path[0]!))) return;
    const found = expression.misuse(this.#types);
    if (found) this.#diagnostics.error(found.code, found.place, found.message, found.hint);
  }

  #steps(begin: string, shape: Shape | undefined, steps: readonly string[], place: Place): boolean {
    const wrong = shape && wrongStep(shape, steps);
    if (!wrong) return true;
    const { index, on, known } = wrong;
    const step = steps[index]!;
    const before = [begin, ...steps.slice(0, index)]
      .join('.')
      .replaceAll(`.${computedStep}`, '[…]')
      .replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]');
    if (before === 'facts')
      this.#diagnostics.error('unknown-fact', place, `there is no fact '${step}'`, suggest(step, known));
    else {
      const result = index === 0 && this.#state.registers.has(begin);
      const what =
        typeof on === 'object'
          ? result
            ? `the result '${before}'`
            : `'${before}'`
          : `'${before}' is ${describeShape(on)} and`;
      const inItems = result && loops(on);
      const hint = inItems ? "its task loops: the result of each item is in 'results'" : suggest(step, known);
      this.#diagnostics.error('unknown-field', place, `${what} has no field '${step}'`, hint);
    }
    return false;
  }

  #hostVariable([host, name, ...steps]: readonly string[], place: Place): boolean {
    const { inventory, dynamic } = this.#state;
    if (!inventory) return true;
    if (host !== computedStep && !inventory.hosts.has(host!) && !isThisMachine(host) && !dynamic) {
      this.#diagnostics.error(
        'unknown-host',
        place,
        `the inventory has no host '${host}'`,
        suggest(host!, inventory.hosts),
      );
      return false;
    }
    if (name === undefined || name === computedStep) return true;
    if (this.#names.has(name) || inventory.variables.has(name) || dynamic)
      return this.#steps(name, this.#shapes.get(name), steps, place);
    const hint = suggest(name, [...this.#names, ...inventory.variables]);
    this.#diagnostics.error('unknown-variable', place, `the variable '${name}' is not defined for any host`, hint);
    return false;
  }

  /** Only a warning, and only without a condition on the group: a playbook may support inventories with and without it. */
  #group(group: string, place: Place, when: readonly Condition[]): boolean {
    const { inventory, dynamic } = this.#state;
    if (!inventory || dynamic || group === computedStep || inventory.groups.has(group)) return true;
    if (when.some(({ source }) => source.includes('groups') && source.includes(group))) return true;
    this.#diagnostics.warning(
      'unknown-group',
      place,
      `the inventory has no group '${group}'`,
      suggest(group, inventory.groups),
    );
    return true;
  }
}

function loops(shape: Shape): boolean {
  return typeof shape === 'object' && 'fields' in shape && 'results' in shape.fields;
}
