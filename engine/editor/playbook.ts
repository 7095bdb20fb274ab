import type { AnyModule } from '../module/module.ts';
import { actions } from './actions.ts';
import { entryDefinitions, keysOf, without } from './entries.ts';
import { mustBe, text } from './expression.ts';
import { type Json, reference } from './json.ts';
import { keywordProperties } from './keywords.ts';

/** A playbook: a list of plays and imported playbooks. */
export function playbookSchema(modules: readonly AnyModule[]): Json {
  const imports = actions.find((action) => action.ofPlaybook)!;
  return {
    title: 'playbook',
    type: ['array'],
    items: without(
      keysOf(imports.name),
      without(['module_defaults'], reference('play'), reference('partial.play')),
      reference(`entry.${imports.name}`),
    ),
    definitions: {
      ...entryDefinitions(modules),
      role: roleSchema,
      play: playSchema(''),
      'partial.play': playSchema('partial.'),
    },
  };
}

/** A file of tasks or handlers, as in a role. */
export function entriesSchema(what: 'tasks' | 'handlers', modules: readonly AnyModule[]): Json {
  return { title: what, ...reference(what), definitions: entryDefinitions(modules) };
}

function playSchema(prefix: string): Json {
  const tasks = reference(`${prefix}tasks`);
  return {
    type: ['object'],
    properties: {
      ...keywordProperties('play', {
        pre_tasks: tasks,
        tasks,
        post_tasks: tasks,
        handlers: reference(`${prefix}handlers`),
        roles: { type: ['array', 'null'], items: reference('role') },
        module_defaults: reference('module_defaults'),
      }),
      import_playbook: reference('import_playbook'),
    },
    required: ['hosts'],
    additionalProperties: false,
  };
}

/** Keys that are not keywords are parameters of the role. */
export const roleSchema: Json = {
  ...mustBe(['string', 'object'], 'the name of a role, or a map with role'),
  properties: keywordProperties('role', { module_defaults: { type: ['object', 'null'] }, role: text, name: text }),
  anyOf: [{ type: ['string'] }, { required: ['role'] }, { required: ['name'] }],
};
