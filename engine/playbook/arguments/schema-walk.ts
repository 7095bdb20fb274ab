/** Any part of a module's argument schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** Formats whose value the module receives as more than text: see module/schema.ts. */
export const specialFormats: ReadonlySet<unknown> = new Set([
  'condition',
  'expression',
  'local-file',
  'template-file',
  'local-path',
]);

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

const choices = new WeakMap<Schema, readonly Schema[]>();

/** The schema itself and all its oneOf/anyOf branches. Cached: called for each argument of each task and host. */
function alternatives(schema: Schema): readonly Schema[] {
  let known = choices.get(schema);
  if (!known) {
    known = [schema, ...[...list(schema['oneOf']), ...list(schema['anyOf'])].flatMap(alternatives)];
    choices.set(schema, known);
  }
  return known;
}

/** The JSON types that a value may have; empty if the schema does not say. */
export function typesOf(schema: Schema): ReadonlySet<string> {
  const types = new Set<string>();
  for (const { type, enum: allowed, const: only } of alternatives(schema)) {
    for (const one of Array.isArray(type) ? (type as unknown[]) : [type]) if (typeof one === 'string') types.add(one);
    if (type === undefined)
      for (const value of Array.isArray(allowed) ? (allowed as unknown[]) : only === undefined ? [] : [only])
        types.add(typeof value);
  }
  return types;
}

/** Whether the schema allows text but no numbers or booleans, which are then taken as the text as written. */
export function isTextOnly(schema: Schema): boolean {
  const types = typesOf(schema);
  return types.has('string') && !types.has('number') && !types.has('integer') && !types.has('boolean');
}

/** The format of a text value, if any. */
export function formatOf(schema: Schema): string | undefined {
  return alternatives(schema).find((s) => typeof s['format'] === 'string')?.['format'] as string | undefined;
}

/** The schema of names that the schema does not declare: variables of the user's own. */
export const undeclared: Schema = {};

export function propertySchema(schema: Schema, name: string): Schema {
  for (const { properties, additionalProperties } of alternatives(schema)) {
    if (isSchema(properties) && Object.hasOwn(properties, name)) return properties[name] as Schema;
    if (isSchema(additionalProperties)) return additionalProperties;
  }
  return undeclared;
}

export function itemSchema(schema: Schema): Schema {
  return (alternatives(schema).find((s) => isSchema(s['items']))?.['items'] as Schema | undefined) ?? {};
}

const special = new WeakMap<Schema, boolean>();

/** Whether any part has a special format. */
export function holdsSpecial(schema: Schema): boolean {
  let holds = special.get(schema);
  if (holds === undefined) {
    holds = alternatives(schema).some(
      ({ format, items, properties, additionalProperties }) =>
        specialFormats.has(format) ||
        (isSchema(items) && holdsSpecial(items)) ||
        (isSchema(additionalProperties) && holdsSpecial(additionalProperties)) ||
        (isSchema(properties) && Object.values(properties).some((p) => isSchema(p) && holdsSpecial(p))),
    );
    special.set(schema, holds);
  }
  return holds;
}

/**
 * The schema without special formats, which are validated elsewhere: their value may be a name or what it was resolved
 * to, so anything but a list (schemas offer lists of them as an alternative).
 */
export function withoutSpecial(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutSpecial);
  if (!isSchema(schema)) return schema;
  if (specialFormats.has(schema['format'])) return { not: { type: 'array' } };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutSpecial(value)]));
}
