import type { AnyModule } from '../module/module.ts';
import { isLater } from '../playbook/fields.ts';
import { keywordsAt } from '../playbook/keywords.ts';
import { nearest } from '../source/nearest.ts';
import { exampleFaults } from './examples.ts';
import { schemaFaults } from './schema.ts';
import type { Fault } from './types.ts';

const parts = Object.keys({
  name: true,
  summary: true,
  subject: true,
  args: true,
  freeForm: true,
  returns: true,
  nature: true,
  inCheckMode: true,
  setsVariables: true,
  alwaysFails: true,
  once: true,
  detachable: true,
  alongside: true,
  addsToInventory: true,
  examples: true,
  lint: true,
  check: true,
  change: true,
} satisfies Record<keyof Required<AnyModule>, true>);

/** Whether an export is intended as a module, valid or not. */
export function isModuleLike(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ('args' in value || 'check' in value);
}

/** All problems of a module, for authors who do not check types. */
export function faultsOf(module: Readonly<Record<string, unknown>>): readonly Fault[] {
  const shape = shapeFaults(module);
  if (shape.length > 0) return shape;
  const whole = module as unknown as AnyModule;
  const schemas = [...schemaFaults(whole, 'args'), ...(whole.returns ? schemaFaults(whole, 'returns') : [])];
  return schemas.length > 0 ? schemas : exampleFaults(whole);
}

function shapeFaults(module: Readonly<Record<string, unknown>>): readonly Fault[] {
  const { name } = module;
  const faults: Fault[] = [];
  const fault = (message: string, hint?: string, near?: string): void => {
    faults.push({
      code: 'module-shape',
      message,
      ...(hint !== undefined && { hint }),
      ...(near !== undefined && { near }),
    });
  };
  if (typeof name !== 'string') fault("this module has no 'name'", "the key that tasks use: name: 'motd'");
  else if (!/^[a-z_][a-z0-9_]*$/.test(name))
    fault(`'${name}' is not a valid module name`, 'use lowercase letters, digits and _', name);
  else if (isReserved(name))
    fault(`'${name}' is not a valid module name: it is a keyword`, 'choose another name', name);
  const called = typeof name === 'string' ? `module '${name}'` : 'this module';
  for (const key of Object.keys(module)) {
    const meant = parts.includes(key) ? undefined : nearest(key, parts);
    if (meant !== undefined && !(meant in module))
      fault(`${called} has an unknown property '${key}'`, `did you mean '${meant}'?`, key);
  }
  const needs = (key: string, right: boolean, what: string, hint?: string): void => {
    if (!right) fault(key in module ? `'${key}' of ${called} must be ${what}` : `${called} has no '${key}'`, hint, key);
  };
  const { summary, args, examples, check, change, lint, nature, freeForm } = module;
  needs('summary', typeof summary === 'string', 'text', 'one sentence about what the module does');
  needs('args', isObject(args), 'a JSON schema', "args: { type: 'object', properties: { … } }");
  needs(
    'check',
    typeof check === 'function',
    'a function',
    'async check(args, host) { … } reads the host and returns differences',
  );
  needs('change', change === undefined || typeof change === 'function', 'a function');
  needs('lint', lint === undefined || typeof lint === 'function', 'a function');
  const isTexts = Array.isArray(examples) && examples.every((text) => typeof text === 'string');
  needs('examples', isTexts, 'a list of texts', 'each is the YAML of one or more tasks; write examples: [] for none');
  const natures = ['state', 'action', 'wait'];
  needs('nature', nature === undefined || natures.includes(nature as string), `one of ${natures.join(', ')}`);
  const properties = isObject(args) && isObject(args['properties']) ? args['properties'] : {};
  needs(
    'freeForm',
    freeForm === undefined || (typeof freeForm === 'string' && Object.hasOwn(properties, freeForm)),
    'the name of one of its arguments',
  );
  return faults;
}

/** Whether the key already has another meaning in tasks. */
function isReserved(name: string): boolean {
  const taken = [...keywordsAt('task'), ...keywordsAt('handler'), ...keywordsAt('block')];
  return taken.includes(name) || isLater(name) || /^(?:import|with)_|^include_(?:tasks|role)$|^meta$/.test(name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
