import { type Scope, TemplateError } from '../../engine/expressions/types.ts';
import { UnknownValue } from '../../engine/module/unknown.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import type { SourceNode } from '../../engine/source/node.ts';
import { parseYaml } from '../../engine/source/yaml.ts';

export function scopeOf(variables: Readonly<Record<string, unknown>>): Scope {
  return {
    lookup: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    names: () => Object.keys(variables),
  };
}

export function nodeOf(yaml: string): SourceNode {
  const diagnostics = new Diagnostics();
  const node = parseYaml('t.yml', yaml, diagnostics);
  if (!node || diagnostics.hasErrors) throw new Error(diagnostics.all.map((d) => d.message).join('\n'));
  return node;
}

/** The result of an evaluation: its value, or `error LINE:COLUMN message (hint)`, or `unknown REASON`. */
export function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    if (error instanceof UnknownValue) return `unknown ${error.reason}`;
    if (!(error instanceof TemplateError)) throw error;
    return `error ${error.place.line}:${error.place.column} ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`;
  }
}

export function complaints(diagnostics: Diagnostics): string[] {
  return diagnostics.all.map(
    (d) => `${d.place?.line}:${d.place?.column} ${d.code}: ${d.message}${d.hint === undefined ? '' : ` (${d.hint})`}`,
  );
}
