import type { AnyModule } from '../module/module.ts';
import { loosened, mustBe } from './expression.ts';
import { described, isJson, type Json, reference } from './json.ts';

/** The schemas for the value of a module key. `complete`: required arguments must be present. */
export function moduleSchemas(module: AnyModule): { complete: Json; partial: Json } {
  const { properties = {}, required = [], allOf, ...rest } = module.args;
  const named = Object.entries(properties).map(([name, schema]): [string, Json] => [name, argument(schema as Json)]);
  const about = { title: module.name, ...described(aboutModule(module)) };
  const shape = {
    ...about,
    ...(module.freeForm === undefined
      ? { type: ['object', 'null'] }
      : mustBe(['object', 'string', 'number', 'boolean', 'null'], `a map of arguments, or ${module.freeForm}`)),
    additionalProperties: isOpen(rest['additionalProperties']),
    ...(isJson(rest['propertyNames']) && { propertyNames: rest['propertyNames'] }),
  };
  const complete = {
    ...shape,
    ...(module.freeForm === undefined && required.length > 0 && { type: ['object'] }),
    properties: Object.fromEntries(named),
    ...(required.length > 0 && { required }),
    ...(Array.isArray(allOf) && {
      allOf: allOf.map((part) => ofMap(module.name, asFilledIn(part as Json, properties))),
    }),
  };
  const partial = {
    ...shape,
    properties: Object.fromEntries(named.map(([name]) => [name, reference(`${module.name}/properties/${name}`)])),
  };
  return { complete, partial };
}

function isOpen(additional: unknown): unknown {
  return additional === true ? true : isJson(additional) ? loosened(additional) : false;
}

function argument(schema: Json): Json {
  const { description, default: value } = schema as { description?: string; default?: unknown };
  const shown =
    value === undefined ? '' : ` Default: \`${typeof value === 'string' ? value : JSON.stringify(value)}\`.`;
  return {
    ...described(`${description ?? ''}${shown}`.trim()),
    ...loosened(schema),
    ...(value !== undefined && { default: value }),
  };
}

/** The editor's description of a module, with examples. */
function aboutModule({ summary, args, examples }: AnyModule): string {
  const description = args['description'];
  const fence = examples.map((example) => `\`\`\`yaml\n${example.trim()}\n\`\`\``);
  return [summary, ...(typeof description === 'string' ? [description] : []), ...fence].join('\n\n');
}

/** Conditions on a map of arguments do not apply to free-form text. */
function ofMap(name: string, part: Json): Json {
  // oxlint-disable-next-line unicorn/no-thenable
  return { if: { type: ['object'] }, then: choice(name, part) ?? part };
}

/** `oneOf: [{required: [a]}, {required: [b]}]` with the engine's messages: the editor's do not mention the names. */
function choice(name: string, { oneOf, anyOf }: Json): Json | undefined {
  const branches = (oneOf ?? anyOf) as readonly { required?: readonly string[] }[] | undefined;
  if (!branches?.every((b) => b.required?.length === 1 && Object.keys(b).length === 1)) return undefined;
  const names = branches.map((b) => b.required![0]!);
  const refuse = (words: string): Json => ({ type: ['null'], errorMessage: `${name} ${words} ${names.join(', ')}` });
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ required: [a, b] })));
  return {
    allOf: [
      // oxlint-disable-next-line unicorn/no-thenable
      { if: { propertyNames: { not: { enum: names } } }, then: refuse(`needs ${oneOf ? 'one' : 'at least one'} of`) },
      // oxlint-disable-next-line unicorn/no-thenable
      ...(oneOf ? [{ if: { anyOf: pairs }, then: refuse('takes only one of') }] : []),
    ],
  };
}

/**
 * Adapts conditions to arguments without filled-in defaults: a condition on a value other than the default also requires
 * the argument to be present.
 */
function asFilledIn(part: Json, properties: Readonly<Record<string, object>>): Json {
  const { if: condition } = part as { if?: { properties?: Readonly<Record<string, Json>>; required?: string[] } };
  if (!condition?.properties) return part;
  const needed = Object.entries(condition.properties).flatMap(([name, { const: only, enum: allowed }]) => {
    const { default: value } = (properties[name] ?? {}) as { default?: unknown };
    const fits = Array.isArray(allowed) ? allowed.includes(value) : value === only;
    return value === undefined || fits ? [] : [name];
  });
  return { ...part, if: { ...condition, required: [...new Set([...(condition.required ?? []), ...needed])] } };
}
