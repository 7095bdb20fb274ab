import type { AnyModule } from '../module/module.ts';
import { keywordsAt, type Level } from '../playbook/keywords.ts';
import { aliases, collectionsOf } from '../playbook/module-names.ts';
import { type Action, actions } from './actions.ts';
import { loosened, mustBe } from './expression.ts';
import { described, type Json, reference } from './json.ts';
import { keywordProperties } from './keywords.ts';
import { moduleSchemas } from './modules.ts';

type Definitions = Record<string, Json>;

/** With module_defaults or args, no argument is required in the module itself. */
const partial = (name: string): string => `partial.${name}`;

/** Definitions for the entries of task and handler lists. */
export function entryDefinitions(modules: readonly AnyModule[]): Definitions {
  const definitions: Definitions = {};
  for (const module of modules) {
    const schemas = moduleSchemas(module);
    definitions[module.name] = schemas.complete;
    definitions[partial(module.name)] = schemas.partial;
  }
  for (const action of actions) definitions[action.name] = actionSchema(action);
  definitions['module_defaults'] = {
    type: ['object', 'null'],
    ...moduleKeys(modules, partial),
    additionalProperties: false,
  };
  definitions['loop_control'] = {
    type: ['object'],
    properties: keywordProperties('loop_control'),
    additionalProperties: false,
  };
  for (const rename of [(name: string) => name, partial]) {
    definitions[rename('task')] = taskSchema('task', modules, rename);
    definitions[rename('handler')] = taskSchema('handler', modules, rename);
    definitions[rename('block')] = blockSchema(rename);
    definitions[rename('taskEntry')] = entrySchema('task', rename);
    definitions[rename('handlerEntry')] = entrySchema('handler', rename);
    definitions[rename('tasks')] = { type: ['array', 'null'], items: reference(rename('taskEntry')) };
    definitions[rename('handlers')] = { type: ['array', 'null'], items: reference(rename('handlerEntry')) };
  }
  for (const action of actions) definitions[`entry.${action.name}`] = actionEntry(action);
  return definitions;
}

/** Module names and their aliases as keys. */
function moduleKeys(modules: readonly AnyModule[], rename: (name: string) => string): Json {
  const also = [...aliases].filter(([, name]) => modules.some((module) => module.name === name));
  const names: readonly (readonly [string, string])[] = [...modules.map((m) => [m.name, m.name] as const), ...also];
  return {
    properties: Object.fromEntries(names.map(([key, name]) => [key, reference(rename(name))])),
    patternProperties: Object.fromEntries(names.map(([key, name]) => [inCollection(key), reference(rename(name))])),
  };
}

/** No completion for these: the short name is enough. */
function inCollection(name: string): string {
  const collections = collectionsOf(name).map((collection) => collection.replace('.', '\\.'));
  return collections.length === 0 ? `^${name}$` : `^(?:${collections.join('|')})\\.${name}$`;
}

function taskSchema(level: 'task' | 'handler', modules: readonly AnyModule[], rename: (name: string) => string): Json {
  const keys = moduleKeys(modules, rename);
  const named = Object.fromEntries(
    actions.filter((action) => !action.ofPlaybook).map((action) => [action.name, reference(action.name)]),
  );
  const block = level === 'task' ? { block: { ...described('A group of tasks.'), type: ['array'] } } : {};
  return {
    type: ['object'],
    properties: { ...keywordProperties(level, common), ...(keys['properties'] as Json), ...named, ...block },
    patternProperties: keys['patternProperties'],
    additionalProperties: false,
    // with only keywords, no module is named
    if: { propertyNames: { enum: keywordsAt(level).filter((name) => !name.endsWith('action')) } },
    then: { type: ['null'], errorMessage: 'a task must name a module: command, copy, apt … (tsplay doc lists all)' },
  };
}

const common = { loop_control: reference('loop_control'), module_defaults: reference('module_defaults') };

function blockSchema(rename: (name: string) => string): Json {
  const tasks = reference(rename('tasks'));
  return {
    type: ['object'],
    properties: keywordProperties('block', { ...common, block: tasks, rescue: tasks, always: tasks }),
    required: ['block'],
    additionalProperties: false,
  };
}

/** The keys decide the kind of entry. Without any of them, the editor suggests the keys of a task. */
function entrySchema(level: 'task' | 'handler', rename: (name: string) => string): Json {
  const task = without(['args', 'module_defaults'], reference(rename(level)), reference(partial(level)));
  const block = without(
    ['block'],
    task,
    without(['module_defaults'], reference(rename('block')), reference(partial('block'))),
  );
  return actions
    .filter((action) => !action.ofPlaybook)
    .reduceRight((otherwise, { name }) => without(keysOf(name), otherwise, reference(`entry.${name}`)), block);
}

/**
 * `then` for a map without these keys, else `otherwise`. Uses propertyNames because the editor assumes required keys to
 * exist while it computes suggestions.
 */
export function without(keys: readonly string[], then: Json, otherwise: Json): Json {
  return { if: { propertyNames: { not: { enum: keys } } }, then, else: otherwise };
}

/** A name with and without its collection. */
export function keysOf(name: string): readonly string[] {
  return [name, ...collectionsOf(name).map((collection) => `${collection}.${name}`)];
}

function actionSchema({ name, summary, args, freeForm, examples }: Action): Json {
  const properties = Object.entries(args.properties ?? {}).map(([key, schema]): [string, Json] => [
    key,
    { ...described((schema as { description?: string }).description), ...loosened(schema as Json) },
  ]);
  const { enum: values } = (args.properties?.[freeForm] ?? {}) as { enum?: readonly string[] };
  const fence = examples.map((example) => `\`\`\`yaml\n${example}\n\`\`\``);
  return {
    title: name,
    ...described([summary, ...fence].join('\n\n')),
    ...(values
      ? { enum: values }
      : {
          ...mustBe(['object', 'string'], `a map of arguments, or ${freeForm}`),
          properties: Object.fromEntries(properties),
          ...(args.required && { required: args.required }),
          additionalProperties: false,
        }),
  };
}

/** An entry with an action and the keywords allowed beside it. */
function actionEntry(action: Action): Json {
  const level: Level = action.ofPlaybook ? 'playbook' : action.name.startsWith('include_') ? 'include' : 'import';
  const key = reference(action.name);
  return {
    type: ['object'],
    properties: { ...keywordProperties(level, common), [action.name]: key },
    patternProperties: { [inCollection(action.name)]: key },
    additionalProperties: false,
  };
}
