import type { Diagnostics } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import { describe, entryOf, type SourceNode, toValue } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';
import { holdsExpression, writtenText } from '../kinds.ts';
import type { RoleOption, VariableLayer } from '../types.ts';

export type RoleOptions = ReadonlyMap<string, RoleOption>;

const types: Readonly<Record<string, { readonly words: string; fits(node: SourceNode): boolean }>> = {
  str: { words: 'text', fits: (node) => node.kind === 'scalar' && node.value !== null },
  path: { words: 'a path', fits: (node) => node.kind === 'scalar' && node.value !== null },
  int: { words: 'an integer', fits: (node) => node.kind === 'scalar' && Number.isInteger(node.value) },
  float: { words: 'a number', fits: (node) => node.kind === 'scalar' && typeof node.value === 'number' },
  bool: { words: 'true or false', fits: (node) => node.kind === 'scalar' && typeof node.value === 'boolean' },
  list: { words: 'a list', fits: (node) => node.kind === 'list' },
  dict: { words: 'a map', fits: (node) => node.kind === 'map' },
};

/** The options of each entry point, from `argument_specs`. Types other than the simple ones are not checked. */
export function readRoleSpecs(specs: SourceNode | undefined, diagnostics: Diagnostics): Map<string, RoleOptions> {
  const found = new Map<string, RoleOptions>();
  for (const { key, value } of specs?.kind === 'map' ? specs.entries : [])
    if (value.kind === 'map') found.set(key, readOptions(entryOf(value, 'options')?.value, diagnostics));
  return found;
}

function readOptions(options: SourceNode | undefined, diagnostics: Diagnostics): RoleOptions {
  if (options?.kind === 'map')
    return new Map(options.entries.map(({ key, value }) => [key, readOption(value, diagnostics)]));
  if (options && !(options.kind === 'scalar' && options.value === null))
    diagnostics.error('keyword-type', options.place, `'options' must be a map, but it is ${describe(options)}`);
  return new Map();
}

function readOption(node: SourceNode, diagnostics: Diagnostics): RoleOption {
  const spec = toValue(node) as Readonly<Record<string, unknown>> | null;
  const { type, elements, choices } = spec ?? {};
  const inner = node.kind === 'map' ? entryOf(node, 'options')?.value : undefined;
  return {
    required: spec?.['required'] === true && spec['default'] === undefined,
    ...(isType(type) && { type }),
    ...(isType(elements) && { elements }),
    ...(Array.isArray(choices) && { choices: choices.map(String) }),
    ...(inner && { options: readOptions(inner, diagnostics) }),
  };
}

function isType(type: unknown): type is string {
  return typeof type === 'string' && Object.hasOwn(types, type);
}

/** Checks the constants that a use of the role, or its defaults, set. */
export function checkRoleOptions(
  role: string,
  options: RoleOptions,
  layer: VariableLayer,
  diagnostics: Diagnostics,
): void {
  const report = (place: Place, name: string, wrong: string, hint?: string): void =>
    diagnostics.error('role-option', place, `'${name}' of role '${role}' ${wrong}`, hint);
  for (const [name, { node }] of layer.variables) {
    const option = options.get(name);
    if (option) checkValue(name, node, option, report);
  }
}

type Report = (place: Place, name: string, wrong: string, hint?: string) => void;

function checkValue(name: string, node: SourceNode, option: RoleOption, report: Report): void {
  if (holdsExpression(node)) return;
  const type = option.type === undefined ? undefined : types[option.type]!;
  if (type && !type.fits(node)) {
    report(node.place, name, `must be ${type.words}, but it is ${describe(node)}`);
    return;
  }
  const text = node.kind === 'scalar' ? writtenText(node) : undefined;
  if (text !== undefined && option.choices && !option.choices.includes(text))
    report(node.place, name, `cannot be '${text}'`, suggest(text, option.choices));
  if (node.kind === 'list') {
    const item: RoleOption = {
      required: false,
      ...(option.elements !== undefined && { type: option.elements }),
      ...(option.choices && { choices: option.choices }),
      ...(option.options && { options: option.options }),
    };
    for (const [i, inner] of node.items.entries()) checkValue(`${name}[${i}]`, inner, item, report);
  }
  if (node.kind !== 'map' || !option.options) return;
  for (const { key, keyPlace, value } of node.entries) {
    const inner = option.options.get(key);
    if (inner) checkValue(`${name}.${key}`, value, inner, report);
    else report(keyPlace, name, `has no '${key}'`, suggest(key, option.options.keys()));
  }
  for (const [key, inner] of option.options)
    if (inner.required && !entryOf(node, key)) report(node.place, name, `needs '${key}'`);
}
