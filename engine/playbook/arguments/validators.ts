import { createRequire } from 'node:module';
import type { Ajv, Options, ValidateFunction } from 'ajv';
import type { AnyModule } from '../../module/module.ts';
import { formats } from './formats.ts';
import { madeValidators } from './made-validators.ts';
import { withoutSpecial } from './schema-walk.ts';

const options: Options = {
  allErrors: true,
  verbose: true,
  strict: false,
  useDefaults: true,
  meta: false,
  validateSchema: false,
};

/** The JSON schema for the arguments of a module. */
export function argumentSchema(module: AnyModule): object {
  return { additionalProperties: false, ...(withoutSpecial(module.args) as object) };
}

/** Loads ajv on demand: only for modules without a precompiled validator. */
export function makeAjv(more: Options = {}): Ajv {
  const loaded = createRequire(import.meta.url)('ajv') as typeof import('ajv');
  const ajv = new loaded.Ajv({ ...options, ...more });
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  return ajv;
}

let shared: Ajv | undefined;
const known = new WeakMap<AnyModule, ValidateFunction>();

export function validatorOf(module: AnyModule): ValidateFunction {
  let validate = madeValidators.get(module) ?? known.get(module);
  if (!validate) {
    shared ??= makeAjv();
    validate = shared.compile(argumentSchema(module));
    known.set(module, validate);
  }
  return validate;
}
