import { Ajv } from 'ajv';
import { lineFormats } from '../module/line.ts';
import type { AnyModule } from '../module/module.ts';
import { suggest } from '../source/nearest.ts';
import type { Fault } from './types.ts';

/** The formats of module/schema.ts. */
const formats = [
  'mode',
  'path',
  'secret',
  'content',
  'local-file',
  'template-file',
  'local-path',
  'condition',
  'expression',
  ...Object.keys(lineFormats),
];

/** Problems of a schema itself. Strict, because a misspelled keyword would check nothing. */
export function schemaFaults(module: AnyModule, part: 'args' | 'returns'): readonly Fault[] {
  const schema = module[part]!;
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
  });
  for (const format of formats) ajv.addFormat(format, true);
  const fault = (message: string, hint?: string, near: string = part): Fault => ({
    code: 'module-schema',
    message: `'${part}' of module '${module.name}' is not a valid schema: ${message}`,
    near,
    ...(hint !== undefined && { hint }),
  });
  if (schema.type !== 'object') return [fault("its 'type' must be 'object'")];
  if (!ajv.validateSchema(schema)) {
    const { instancePath, message } = ajv.errors!.find(({ keyword }) => keyword !== 'anyOf') ?? ajv.errors![0]!;
    const path = instancePath.split('/').slice(1);
    const named = path.findLast((name) => !/^\d+$/.test(name) && !Object.hasOwn(ajv.RULES.keywords, name));
    return [fault(`${path.join('.') || 'it'} ${message}`, undefined, named)];
  }
  const unknown = (schema.required ?? []).filter((name) => !Object.hasOwn(schema.properties ?? {}, name));
  if (schema.properties && unknown.length > 0)
    return unknown.map((name) =>
      fault(`'${name}' is required but not among the properties`, suggest(name, Object.keys(schema.properties!)), name),
    );
  try {
    ajv.compile(schema);
    return [];
  } catch (error) {
    return [explain((error as Error).message, ajv, fault)];
  }
}

function explain(message: string, ajv: Ajv, fault: (message: string, hint?: string, near?: string) => Fault): Fault {
  const keyword = /unknown keyword: "(.+)"/.exec(message)?.[1];
  if (keyword !== undefined)
    return fault(`it has the unknown keyword '${keyword}'`, suggest(keyword, Object.keys(ajv.RULES.keywords)), keyword);
  const format = /unknown format "(.+?)"/.exec(message)?.[1];
  if (format !== undefined) return fault(`there is no format '${format}'`, suggest(format, formats), format);
  return fault(message.replace(/^strict mode: /, ''));
}
