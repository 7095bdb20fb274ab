import type { MapNode, SourceNode } from '../source/node.ts';
import { markSecrets } from '../vault/values.ts';
import { propertySchema, type Schema } from './arguments/schema-walk.ts';
import type { Loader } from './context.ts';

const lists = new Set(['tasks', 'pre_tasks', 'post_tasks', 'handlers', 'block', 'rescue', 'always']);
const values = new Set(['vars', 'environment', 'module_defaults', 'args', 'loop']);

/**
 * Marks the secrets of a fully encrypted file: every value in a variables file; in plays and tasks, the values of
 * variables and module arguments. Names, tags, conditions and values from an enum in a module's schema stay visible.
 */
export function markFileSecrets(node: SourceNode, loader: Loader): void {
  if (node.kind === 'list') for (const item of node.items) markEntry(item, loader);
  else markSecrets(node, loader.vault.secrets);
}

function markEntry(node: SourceNode, loader: Loader): void {
  if (node.kind !== 'map') return;
  for (const { key, value } of node.entries) {
    const module = loader.modules.find(key);
    if (lists.has(key)) markFileSecrets(value, loader);
    else if (values.has(key) || (module && value.kind !== 'map')) markSecrets(value, loader.vault.secrets);
    else if (module && value.kind === 'map') markArguments(value, module.args, loader);
  }
}

function markArguments(node: MapNode, schema: Schema, { vault }: Loader): void {
  for (const { key, value } of node.entries)
    if (!('enum' in propertySchema(schema, key))) markSecrets(value, vault.secrets);
}
