import { isJson, type Json } from './json.ts';

const everything = ['object', 'array', 'string', 'number', 'boolean', 'null'];

/**
 * A value of one of these types, with our own message for other types, and without the editor suggesting `true` and
 * `null` wherever text is allowed.
 */
export function mustBe(types: readonly string[], words: string): Json {
  const others = everything.filter((type) => !types.includes(type));
  // oxlint-disable-next-line unicorn/no-thenable
  return { if: { type: others }, then: { type: [...types], errorMessage: `must be ${words}` } };
}

/** Text; numbers and booleans count as the text as written. */
export const text: Json = mustBe(['string', 'number', 'boolean', 'null'], 'text');

/**
 * Allowed instead of any value: text with an expression, or a value tagged !cel or !vault. The editor settings
 * (schemas.ts) declare these tags as null, so type and pattern are not checked.
 */
const alternatives: readonly Json[] = [
  { type: ['string'], pattern: '\\{\\{' },
  { not: { type: everything.filter((type) => type !== 'null') } },
];

export function orExpression(...values: readonly Json[]): Json {
  return { anyOf: [...values, ...alternatives] };
}

/** A type that the editor can suggest. As a list, its message is not merged with those of alternatives. */
export function typed(type: string, words: string): Json {
  return { type: [type], errorMessage: `must be ${words}` };
}

/** The schema of one value for the editor: an expression is allowed wherever a value is. */
export function loosened(schema: Json): Json {
  const { oneOf, anyOf, description: _, default: __, ...own } = schema;
  const offered = [oneOf, anyOf].flatMap((list) => (Array.isArray(list) ? list.filter(isJson) : []));
  const values = (offered.length > 0 ? offered : [own]).map(valueOf);
  if (values.some((value) => Object.keys(value).length === 0)) return {};
  const [only] = values;
  return values.length === 1 && only === text ? text : orExpression(...values);
}

const words: Readonly<Record<string, string>> = {
  integer: 'an integer or an expression',
  number: 'a number or an expression',
  boolean: 'true, false or an expression',
};

function valueOf(schema: Json): Json {
  const { type } = schema;
  if ('enum' in schema || 'const' in schema) return schema;
  if (Array.isArray(type)) return anyOfTypes(type as string[]);
  if (type === 'string') return textOf(schema);
  if (type === 'array')
    return {
      ...schema,
      ...typed('array', 'a list or an expression'),
      ...(isJson(schema['items']) && { items: loosened(schema['items']) }),
    };
  if (type === 'object') return { ...schema, type: ['object'], ...inside(schema) };
  if (typeof type !== 'string') return {};
  return { ...schema, ...typed(type, words[type] ?? 'nothing') };
}

function anyOfTypes(types: readonly string[]): Json {
  const all = types.includes('string') ? [...new Set([...types, 'number', 'boolean', 'null'])] : types;
  return mustBe(all, all.includes('array') ? 'text or a list' : 'text');
}

/** The properties of an object, each loosened. */
export function inside({ properties, additionalProperties }: Json): Json {
  return {
    ...(isJson(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, schema]) => [name, loosened(schema as Json)]),
      ),
    }),
    ...(isJson(additionalProperties) && { additionalProperties: loosened(additionalProperties) }),
  };
}

function textOf({ format, pattern, minLength, maxLength }: Json): Json {
  if (format === 'path')
    return { type: ['string'], pattern: '^/', patternErrorMessage: 'must be an absolute path on the host' };
  const limits = Object.entries({ pattern, minLength, maxLength }).filter(([, limit]) => limit !== undefined);
  if (limits.length === 0) return text;
  return { ...text, ...Object.fromEntries(limits) };
}
