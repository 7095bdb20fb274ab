import type { MapNode, SourceNode } from '../source/node.ts';
import { markSecrets } from '../vault/values.ts';
import { propertySchema, type Schema } from './arguments/schema-walk.ts';
import type { Loader } from './context.ts';

const lists = new Set(['tasks', 'pre_tasks', 'post_tasks', 'handlers', 'block', 'rescue', 'always']);
const values = new Set(['vars', 'environment', 'module_defaults', 'args', 'loop']);

/**
 * Notes what is secret in a file that is encrypted as a whole: of variables every value; of plays and tasks the values
 * that they set and hand to modules. Names, tags and conditions are shown, and words that a module's schema lists.
 */
export function concealFile(node: SourceNode, loader: Loader): void {
  if (node.kind === 'list') for (const item of node.items) concealEntry(item, loader);
  else markSecrets(node, loader.vault.secrets);
}

function concealEntry(node: SourceNode, loader: Loader): void {
  if (node.kind !== 'map') return;
  for (const { key, value } of node.entries) {
    const module = loader.modules.find(key);
    if (lists.has(key)) concealFile(value, loader);
    else if (values.has(key) || (module && value.kind !== 'map')) markSecrets(value, loader.vault.secrets);
    else if (module && value.kind === 'map') concealArguments(value, module.args, loader);
  }
}

function concealArguments(node: MapNode, schema: Schema, { vault }: Loader): void {
  for (const { key, value } of node.entries)
    if (!('enum' in propertySchema(schema, key))) markSecrets(value, vault.secrets);
}
