import type { ErrorObject } from 'ajv';
import { isLine } from '../../module/line.ts';
import { suggest } from '../../source/nearest.ts';
import { normaliseMode } from './formats.ts';

/** A problem with arguments at `path`; with `key`, it is about that name rather than its value. */
export interface ArgumentProblem {
  readonly code: 'missing-argument' | 'unknown-argument' | 'argument-value';
  readonly path: readonly string[];
  readonly key?: string;
  readonly message: string;
  readonly hint?: string;
}

/** The names of a choice whose branches only require names: `oneOf: [{required: [a]}, {required: [b]}]`. */
export function requiredNames(error: ErrorObject): readonly string[] | undefined {
  if (error.keyword !== 'oneOf' && error.keyword !== 'anyOf') return undefined;
  const branches = error.schema as readonly { readonly required?: readonly string[] }[];
  return branches.every((b) => b.required && Object.keys(b).length === 1)
    ? branches.map((b) => b.required!.join(' with '))
    : undefined;
}

/** An ajv error as a readable message. */
export function explainProblem(moduleName: string, error: ErrorObject): ArgumentProblem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = path.length === 0 ? `'${moduleName}'` : `'${path.join('.')}'`;
  const params = error.params as Readonly<Record<string, unknown>>;
  const problem = (message: string, hint?: string): ArgumentProblem => ({
    code: 'argument-value',
    path,
    message: `${name} ${message}`,
    ...(hint !== undefined && { hint }),
  });
  const names = requiredNames(error);
  if (names) {
    const given = names.filter((n) => n in (error.data as object));
    const both = given.length > 1;
    return {
      ...problem(
        both
          ? `takes only one of ${quoted(names)}`
          : `needs ${error.keyword === 'oneOf' ? 'one' : 'at least one'} of ${quoted(names)}`,
      ),
      code: both ? 'argument-value' : 'missing-argument',
    };
  }
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return {
        ...problem(
          `needs '${String(params['missingProperty'])}'${error.keyword === 'dependentRequired' ? ` together with '${String(params['property'])}'` : ''}`,
        ),
        code: 'missing-argument',
      };
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
      const hint = suggest(key, known);
      return {
        code: 'unknown-argument',
        path,
        key,
        message: `${name} has no argument '${key}'`,
        ...(hint !== undefined && { hint }),
      };
    }
    case 'propertyNames': {
      const key = String(params['propertyName']);
      const { pattern } = error.schema as { readonly pattern?: string };
      const hint = pattern === undefined ? {} : { hint: `a name must match ${pattern}` };
      return { code: 'unknown-argument', path, key, message: `${name} does not allow the name '${key}'`, ...hint };
    }
    case 'minProperties':
      return { ...problem('needs at least one argument'), code: 'missing-argument' };
    case 'type':
      return problem(
        `must be ${typesInWords(params['type'])}, but it is ${kindOf(error.data)}`,
        typeHint(params['type'], error.data),
      );
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String);
      return problem(
        `cannot be ${shown(error.data)}; it must be one of ${allowed.join(', ')}`,
        typeof error.data === 'string' ? suggest(error.data, allowed) : undefined,
      );
    }
    case 'const':
      return problem(`must be ${shown(params['allowedValue'])}, not ${shown(error.data)}`);
    case 'oneOf':
    case 'anyOf': {
      const types = (error.schema as readonly Readonly<Record<string, unknown>>[]).map((s) =>
        s['enum']
          ? `one of ${(s['enum'] as unknown[]).join(', ')}`
          : 'const' in s
            ? shown(s['const'])
            : typesInWords(s['type']),
      );
      return problem(`must be ${[...new Set(types)].join(' or ')}, but it is ${kindOf(error.data)}`);
    }
    case 'format':
      return formatProblem(problem, String(params['format']), error.data);
    case 'pattern':
      return problem(`cannot be ${shown(error.data)}`, `it must match ${String(params['pattern'])}`);
    case 'not':
      return Array.isArray(error.data)
        ? problem('must be a single value, not a list')
        : problem('has arguments that exclude each other', JSON.stringify(error.schema));
    default:
      return problem(`${error.message ?? 'is invalid'}; it is ${shown(error.data)}`);
  }
}

function formatProblem(
  problem: (message: string, hint?: string) => ArgumentProblem,
  format: string,
  data: unknown,
): ArgumentProblem {
  if (format === 'path') return problem(`must be an absolute path on the host, but it is ${shown(data)}`);
  if (format === 'host') return problem(`must be a host name or an address, but it is ${shown(data)}`);
  if (format === 'line') return problem(`must be one line, but it is ${shown(data)}`);
  if (format === 'word') return problem(`must be one word that does not begin with '-', but it is ${shown(data)}`);
  const bad = normaliseMode(String(data));
  return typeof bad === 'string'
    ? problem(`is not a valid ${format}: ${shown(data)}`)
    : problem(`is invalid: ${bad.message}`, bad.hint);
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
};

function typesInWords(types: unknown): string {
  return (Array.isArray(types) ? types : [types]).map((type) => typeWords[String(type)] ?? 'text').join(' or ');
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  return `the ${typeof value === 'string' ? 'text' : typeof value} ${shown(value)}`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' && isLine(value) ? `'${value}'` : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

function typeHint(type: unknown, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (type === 'boolean' && /^(yes|on|true|y|no|off|false|n)$/i.test(value))
    return `write: ${/^(yes|on|true|y)$/i.test(value)}`;
  if ((type === 'integer' || type === 'number') && /^-?\d+$/.test(value)) return `write it without quotes: ${value}`;
  return type === 'array' ? 'write it as a list' : undefined;
}
