import { Ajv, type ValidateFunction } from 'ajv';
import { schemaOf } from '../../engine/editor/schemas.ts';
import type { AnyModule } from '../../engine/module/module.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import type { SourceNode } from '../../engine/source/node.ts';
import { parseYaml } from '../../engine/source/yaml.ts';
import { modules } from '../../modules/index.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
const compiled = new Map<string, ValidateFunction>();

/** A schema with the modules of tsplay is compiled once; it takes a second. */
function validatorOf(sort: string, known: readonly AnyModule[] | undefined): ValidateFunction {
  if (known) return ajv.compile(schemaOf(sort, known));
  let validate = compiled.get(sort);
  if (!validate) compiled.set(sort, (validate = ajv.compile(schemaOf(sort, modules))));
  return validate;
}

/** What the schema of a sort of file finds wrong in a text; tagged values are what the editor is reported that they are. */
export function problemsOf(sort: string, text: string, known?: readonly AnyModule[]): readonly string[] {
  const node = parseYaml('case.yml', text, new Diagnostics());
  if (!node) return [];
  const validate = validatorOf(sort, known);
  if (validate(asInEditor(node))) return [];
  return validate
    .errors!.filter((e) => e.keyword !== 'if')
    .map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
}

function asInEditor(node: SourceNode): unknown {
  if (node.kind === 'list') return node.items.map(asInEditor);
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, asInEditor(value)]));
  return node.tag === '!cel' || node.tag === '!vault' ? null : node.value;
}

/** The sort of a file, by the patterns that the editor is given. */
export function sortOf(
  path: string,
  patterns: Readonly<Record<string, { files: readonly string[] }>>,
): string | undefined {
  const found = Object.keys(patterns).filter((sort) =>
    patterns[sort]!.files.some((glob) => matcher(glob).test(`/${path}`)),
  );
  if (found.length > 1) throw new Error(`${path} is of two sorts: ${found.join(', ')}`);
  return found[0];
}

function matcher(glob: string): RegExp {
  const words: Record<string, string> = { '**/': '(?:.*/)?', '*': '[^/]*', '{yml,yaml}': 'ya?ml', '.': '\\.' };
  return new RegExp(`/${glob.replace(/\*\*\/|\*|\{yml,yaml\}|\./g, (word) => words[word]!)}$`);
}
