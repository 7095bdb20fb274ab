import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { describe, entryOf, type SourceNode, toValue } from '../source/node.ts';
import { holdsExpression, writtenText } from './kinds.ts';
import type { RoleOption, VariableLayer } from './types.ts';

const types: Readonly<Record<string, { readonly words: string; fits(node: SourceNode): boolean }>> = {
  str: { words: 'text', fits: (node) => node.kind === 'scalar' && node.value !== null },
  int: { words: 'a whole number', fits: (node) => node.kind === 'scalar' && Number.isInteger(node.value) },
  float: { words: 'a number', fits: (node) => node.kind === 'scalar' && typeof node.value === 'number' },
  bool: { words: 'true or false', fits: (node) => node.kind === 'scalar' && typeof node.value === 'boolean' },
  list: { words: 'a list', fits: (node) => node.kind === 'list' },
  dict: { words: 'a map', fits: (node) => node.kind === 'map' },
};

/** The options of a role's main entry point, from `argument_specs`. Types that are not simple are left alone. */
export function readRoleOptions(
  specs: SourceNode | undefined,
  diagnostics: Diagnostics,
): ReadonlyMap<string, RoleOption> | undefined {
  const main = specs?.kind === 'map' ? entryOf(specs, 'main')?.value : undefined;
  const options = main?.kind === 'map' ? entryOf(main, 'options')?.value : undefined;
  if (!options) return undefined;
  if (options.kind !== 'map') {
    diagnostics.error('keyword-type', options.place, `'options' must be a map, but it is ${describe(options)}`);
    return undefined;
  }
  return new Map(options.entries.map(({ key, value }) => [key, readOption(value)]));
}

function readOption(node: SourceNode): RoleOption {
  const spec = toValue(node) as Readonly<Record<string, unknown>> | null;
  const type = spec?.['type'];
  const choices = spec?.['choices'];
  return {
    required: spec?.['required'] === true && spec['default'] === undefined,
    ...(typeof type === 'string' && Object.hasOwn(types, type) && { type }),
    ...(Array.isArray(choices) && { choices: choices.map(String) }),
  };
}

/** Checks what a use of the role, or its defaults, sets to a constant. */
export function checkRoleOptions(
  role: string,
  options: ReadonlyMap<string, RoleOption>,
  layer: VariableLayer,
  diagnostics: Diagnostics,
): void {
  for (const [name, { node }] of layer.variables) {
    const option = options.get(name);
    if (!option || holdsExpression(node)) continue;
    const type = option.type === undefined ? undefined : types[option.type]!;
    if (type && !type.fits(node))
      diagnostics.error(
        'role-option',
        node.place,
        `'${name}' of role '${role}' must be ${type.words}, but it is ${describe(node)}`,
      );
    const text = node.kind === 'scalar' ? writtenText(node) : undefined;
    if (text !== undefined && option.choices && !option.choices.includes(text))
      diagnostics.error(
        'role-option',
        node.place,
        `'${name}' of role '${role}' cannot be '${text}'`,
        suggest(text, option.choices),
      );
  }
}
