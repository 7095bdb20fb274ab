import type { Diagnostics } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import { describe, type MapEntry, type MapNode, type ScalarNode } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';
import { describeWritten, holdsExpression, writtenText } from '../kinds.ts';
import type { RoleFrom, RolePart } from '../roles/files.ts';

export const includeNames = ['import_tasks', 'import_role', 'include_tasks', 'include_role'] as const;
export type IncludeName = (typeof includeNames)[number];

const roleParts: readonly RolePart[] = ['tasks', 'vars', 'defaults', 'handlers'];
const ofRole = [
  'name',
  'role',
  ...roleParts.map((part) => `${part}_from`),
  'allow_duplicates',
  'public',
  'rolespec_validate',
];
export const argumentsOf: Readonly<Record<IncludeName, readonly string[]>> = {
  import_tasks: ['file'],
  include_tasks: ['file', 'apply'],
  import_role: ofRole,
  include_role: [...ofRole, 'apply'],
};

/** The arguments of an import or include, checked for name and type. */
export class IncludeArguments {
  readonly what: IncludeName;
  readonly place: Place;
  readonly #given = new Map<string, MapEntry>();
  readonly #diagnostics: Diagnostics;

  /** `more`: from the keyword `args`. */
  constructor(what: IncludeName, { keyPlace, value }: MapEntry, more: readonly MapEntry[], diagnostics: Diagnostics) {
    this.what = what;
    this.place = keyPlace;
    this.#diagnostics = diagnostics;
    const short = { key: what.endsWith('role') ? 'name' : 'file', keyPlace, value };
    for (const entry of [...(value.kind === 'map' ? value.entries : [short]), ...more]) this.#take(entry);
  }

  #take(entry: MapEntry): void {
    const known = argumentsOf[this.what];
    const key = entry.key === 'role' ? 'name' : entry.key;
    if (!known.includes(entry.key))
      this.#diagnostics.error(
        'unknown-argument',
        entry.keyPlace,
        `'${this.what}' has no argument '${entry.key}'`,
        entry.key === 'apply' ? `keywords on ${this.what} already apply to its tasks` : suggest(entry.key, known),
      );
    else if (this.#given.has(key))
      this.#diagnostics.error('argument-twice', entry.keyPlace, `'${key}' of ${this.what} is set twice`);
    else this.#given.set(key, entry);
  }

  /** Text, which may contain an expression. */
  name(argument: string): ScalarNode | undefined {
    const node = this.#given.get(argument)?.value;
    if (node?.kind === 'scalar' && node.value !== null) return node;
    if (node)
      this.#diagnostics.error(
        'argument-value',
        node.place,
        `'${argument}' of ${this.what} must be text, but it is ${describe(node)}`,
      );
    return undefined;
  }

  /** The target file or role; reports a missing one. */
  main(): ScalarNode | undefined {
    const argument = this.what.endsWith('role') ? 'name' : 'file';
    if (!this.#given.has(argument))
      this.#diagnostics.error('missing-argument', this.place, `'${this.what}' needs '${argument}'`);
    return this.name(argument);
  }

  /** Text that must be known at load time. */
  constant(node: ScalarNode | undefined, argument: string): { name: string; place: Place } | undefined {
    if (!node) return undefined;
    if (!holdsExpression(node)) return { name: writtenText(node), place: node.place };
    this.#diagnostics.error(
      'argument-value',
      node.place,
      `'${argument}' of ${this.what} must be text without an expression: it is read before anything runs`,
      `use ${this.what.replace('import', 'include')} for a name with an expression`,
    );
    return undefined;
  }

  /** The files of a role selected instead of main. */
  parts(): ReadonlyMap<RolePart, ScalarNode> {
    return new Map(
      roleParts.flatMap((part) => {
        const node = this.name(`${part}_from`);
        return node ? [[part, node] as const] : [];
      }),
    );
  }

  constantParts(): RoleFrom {
    const parts = [...this.parts()].map(([part, node]) => [part, this.constant(node, `${part}_from`)] as const);
    return Object.fromEntries(parts.filter(([, name]) => name !== undefined));
  }

  flag(argument: string): boolean | undefined {
    const node = this.#given.get(argument)?.value;
    if (!node) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    this.#diagnostics.error(
      'argument-value',
      node.place,
      `'${argument}' of ${this.what} must be true or false, but it is ${describeWritten(node)}`,
    );
    return undefined;
  }

  map(argument: string): MapNode | undefined {
    const node = this.#given.get(argument)?.value;
    if (!node || node.kind === 'map') return node;
    this.#diagnostics.error(
      'argument-value',
      node.place,
      `'${argument}' of ${this.what} must be a map, but it is ${describe(node)}`,
    );
    return undefined;
  }
}
