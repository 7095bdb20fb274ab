import type { ArgumentSchema } from '../module/schema.ts';
import type { Term } from './page.ts';

type Schema = Readonly<Record<string, unknown>>;

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'integer',
  number: 'number',
  boolean: 'true or false',
  object: 'map',
  null: 'nothing',
};

const formatNames: Readonly<Record<string, string>> = {
  mode: 'file mode',
  path: 'absolute path',
  'local-file': 'file on the controller',
  'template-file': 'template',
  'local-path': 'path on the controller',
  condition: 'condition',
  expression: 'expression',
  secret: 'secret text',
};

/** The type of value that a schema describes, in words. */
export function typeWords(schema: Schema): string {
  const offered = [schema['oneOf'], schema['anyOf']].flatMap((list) => (Array.isArray(list) ? (list as Schema[]) : []));
  if (offered.length > 0) return [...new Set(offered.map(typeWords))].filter(Boolean).join(' or ');
  if ('const' in schema) return inCode(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map(inCode).join(', ');
  const { type, format, items } = schema;
  if (Array.isArray(type)) return type.map((one) => typeWords({ type: one as unknown })).join(' or ');
  if (typeof format === 'string' && formatNames[format] !== undefined) return formatNames[format];
  if (type === 'array') return items === undefined ? 'list' : `list of ${plural(typeWords(items as Schema))}`;
  if (type === 'object' && typeof schema['additionalProperties'] === 'object') {
    const values = typeWords(schema['additionalProperties'] as Schema);
    return values === '' ? 'map' : `map of ${plural(values)}`;
  }
  return typeof type === 'string' ? (typeNames[type] ?? type) : '';
}

function plural(words: string): string {
  return /^(text|file|map|condition|expression|number|integer)$/.test(words) ? `${words}s` : words;
}

/** The arguments (or results) of a module, nested ones after their parent. */
export function termsOf(schema: ArgumentSchema, within = ''): readonly Term[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const part = property as Schema;
    const value = part['default'];
    const notes = [
      typeWords(part),
      ...(schema.required?.includes(name) ? ['required'] : []),
      ...(value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0)
        ? []
        : [`default ${inCode(value)}`]),
    ].filter((words) => words !== '');
    const term = {
      name: `${within}${name}`,
      meaning: (part['description'] as string | undefined) ?? '',
      ...(notes.length > 0 && { notes: notes.join('; ') }),
    };
    const inner = part['type'] === 'array' ? (part['items'] as Schema | undefined) : part;
    return inner?.['properties']
      ? [term, ...termsOf(inner as ArgumentSchema, `${within}${name}${part['type'] === 'array' ? '[]' : ''}.`)]
      : [term];
  });
}

function inCode(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** Rules about combinations of arguments, one sentence each. */
export function ruleWords({ allOf }: ArgumentSchema): readonly string[] {
  if (!Array.isArray(allOf)) return [];
  return (allOf as readonly Schema[]).flatMap((rule) => {
    const choice = (rule['oneOf'] ?? rule['anyOf']) as readonly { readonly required?: readonly string[] }[] | undefined;
    if (choice?.every((branch) => branch.required)) {
      const names = choice.map(({ required }) => required!.map(inCode).join(' with ')).join(', ');
      return [`${rule['oneOf'] ? 'Exactly' : 'At least'} one of ${names}.`];
    }
    const condition = rule['if'] as { properties?: Readonly<Record<string, Schema>> } | undefined;
    const needed = (rule['then'] as { required?: readonly string[] } | undefined)?.required;
    if (!condition?.properties || !needed) return [];
    const when = Object.entries(condition.properties).map(([name, is]) => `\`${name}: \`${typeWords(is)}`);
    return [`With ${when.join(' and ').replaceAll('``', '')} also ${needed.map(inCode).join(' and ')}.`];
  });
}
