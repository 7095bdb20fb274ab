import type { AnyModule } from '../module/module.ts';
import { keywordsAt, notSupported } from '../playbook/keywords.ts';
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
  setsVariables: true,
  once: true,
  detachable: true,
  alongside: true,
  addsToInventory: true,
  examples: true,
  lint: true,
  check: true,
  change: true,
} satisfies Record<keyof Required<AnyModule>, true>);

/** An export that is meant as a module, whether or not it is a right one. */
export function isMeantAsModule(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ('args' in value || 'check' in value);
}

/** All that is wrong with a module in itself. Those who write JavaScript, or leave types unchecked, learn it from this. */
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
  if (typeof name !== 'string') fault("this module has no 'name'", "the key that its tasks begin with: name: 'motd'");
  else if (!/^[a-z_][a-z0-9_]*$/.test(name))
    fault(`no module can be called '${name}'`, 'a name is of small letters, digits and _', name);
  else if (isReserved(name)) fault(`no module can be called '${name}': that is a keyword`, 'choose another name', name);
  const called = typeof name === 'string' ? `module '${name}'` : 'this module';
  for (const key of Object.keys(module)) {
    const meant = parts.includes(key) ? undefined : nearest(key, parts);
    if (meant !== undefined && !(meant in module)) fault(`${called} has '${key}'`, `did you mean '${meant}'?`, key);
  }
  const needs = (key: string, right: boolean, what: string, hint?: string): void => {
    if (!right) fault(key in module ? `'${key}' of ${called} must be ${what}` : `${called} has no '${key}'`, hint, key);
  };
  const { summary, args, examples, check, change, lint, nature, freeForm } = module;
  needs('summary', typeof summary === 'string', 'text', 'one sentence about what it brings about');
  needs('args', isObject(args), 'a JSON schema', "args: { type: 'object', properties: { … } }");
  needs(
    'check',
    typeof check === 'function',
    'a function',
    'async check(args, host) { … } looks, and finds differences',
  );
  needs('change', change === undefined || typeof change === 'function', 'a function');
  needs('lint', lint === undefined || typeof lint === 'function', 'a function');
  const isTexts = Array.isArray(examples) && examples.every((text) => typeof text === 'string');
  needs('examples', isTexts, 'a list of texts', 'each the YAML of one or more tasks; examples: [] for none');
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

/** A task with such a key means something else by it. */
function isReserved(name: string): boolean {
  const taken = [...keywordsAt('task'), ...keywordsAt('handler'), ...keywordsAt('block')];
  return (
    taken.includes(name) || notSupported.has(name) || /^(?:import|with)_|^include_(?:tasks|role)$|^meta$/.test(name)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
