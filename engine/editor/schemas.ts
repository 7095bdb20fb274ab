import type { AnyModule } from '../module/module.ts';
import { inventorySchema, variablesSchema } from './inventory.ts';
import type { Json } from './json.ts';
import { entriesSchema, playbookSchema } from './playbook.ts';
import { roleMetaSchema } from './role-meta.ts';

interface Sort {
  /** Which files they are, for the editor: wherever such a path ends. */
  readonly files: readonly string[];
  schema(modules: readonly AnyModule[]): Json;
}

const yml = (...paths: readonly string[]): string[] => paths.map((path) => `${path}.{yml,yaml}`);

/** The sorts of files that a project holds. No file is of two sorts. */
export const sorts: Readonly<Record<string, Sort>> = {
  playbook: { files: yml('site', 'playbooks/*'), schema: playbookSchema },
  tasks: { files: yml('tasks/**/*'), schema: (modules) => entriesSchema('tasks', modules) },
  handlers: { files: yml('handlers/**/*'), schema: (modules) => entriesSchema('handlers', modules) },
  inventory: { files: yml('inventory/*', 'inventories/*/*'), schema: inventorySchema },
  vars: { files: yml('group_vars/**/*', 'host_vars/**/*', 'defaults/**/*', 'vars/**/*'), schema: variablesSchema },
  'role-meta': { files: yml('roles/*/meta/*'), schema: roleMetaSchema },
};

export function schemaOf(sort: string, modules: readonly AnyModule[]): Json {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...sorts[sort]!.schema(modules) };
}

/** What VS Code's YAML extension has to be told; `folder` is where the schemas lie, seen from the project. */
export function editorSettings(folder: string): Json {
  return {
    'yaml.schemas': Object.fromEntries(
      Object.entries(sorts).map(([sort, { files }]) => [`${folder}/${sort}.json`, files]),
    ),
    // their values are whatever the keyword or argument takes: null lets the schema accept them there
    'yaml.customTags': ['!cel scalar:null', '!vault scalar:null', '!unsafe scalar'],
  };
}
