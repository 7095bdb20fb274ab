import type { AnyModule } from '../module/module.ts';
import { inventorySchema, variablesSchema } from './inventory.ts';
import type { Json } from './json.ts';
import { entriesSchema, playbookSchema } from './playbook.ts';
import { roleMetaSchema } from './role-meta.ts';

interface Sort {
  /** Path suffixes of the files, for the editor. */
  readonly files: readonly string[];
  schema(modules: readonly AnyModule[]): Json;
}

const yml = (...paths: readonly string[]): string[] => paths.map((path) => `${path}.{yml,yaml}`);

/** The file types of a project. No file has two types. */
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

/** Settings for VS Code's YAML extension; `folder` holds the schemas, relative to the project. */
export function editorSettings(folder: string): Json {
  return {
    'yaml.schemas': Object.fromEntries(
      Object.entries(sorts).map(([sort, { files }]) => [`${folder}/${sort}.json`, files]),
    ),
    // null makes the schema accept these values for any keyword or argument
    'yaml.customTags': ['!cel scalar:null', '!vault scalar:null', '!unsafe scalar'],
  };
}
