import { offsetAt } from '../../expressions/handlebars/located.ts';
import { parseHandlebars } from '../../expressions/handlebars/parse.ts';
import type { Scope, Template } from '../../expressions/types.ts';
import { compileValue } from '../../expressions/value.ts';
import { Diagnostics } from '../../source/diagnostic.ts';
import type { ScalarNode } from '../../source/node.ts';

/** The name of a file on the controller in which a host has a part: it may choose what is below `base`, and nothing else. */
export class NameFromHost {
  readonly text: string;
  /** The folder that the playbook names before the host's part; empty if that comes first. */
  readonly base: string;

  constructor(text: string, base: string) {
    this.text = text;
    this.base = base;
  }
}

/** The name as the module's loader gets it: text that is the user's own, else a NameFromHost. */
export function computedName(template: Template): Template {
  const evaluate = (scope: Scope): unknown => {
    const value = template.evaluate(scope);
    if (typeof value !== 'string' || !scope.fromHosts?.(template.references)) return value;
    const known = beginning(template, scope);
    const base = known.slice(0, known.lastIndexOf('/') + 1);
    return new NameFromHost(value, value.startsWith(base) ? base : '');
  };
  return { ...template, evaluate };
}

/** The text before the first part that a host has sent, also inside of a variable that is nothing but written text. */
function beginning(template: Template, scope: Scope): string {
  if (!scope.fromHosts?.(template.references)) return String(template.evaluate(scope));
  const parts = template.written && nameParts(template.written);
  let known = '';
  for (const part of parts ?? []) {
    if (typeof part === 'string') known += part;
    else if (!scope.fromHosts(part.references)) known += String(part.evaluate(scope));
    else {
      const [, name] = /^\{\{~?\s*([A-Za-z_]\w*)\s*~?\}\}$/.exec(String(part.written?.value)) ?? [];
      const variable = name === undefined ? undefined : scope.definition?.(name);
      return variable ? known + beginning(variable, scope) : known;
    }
  }
  return known;
}

/** The text and the expressions of which a name consists; undefined where it is one expression, or not valid. */
export function nameParts(node: ScalarNode): readonly (string | Template)[] | undefined {
  if (node.tag !== undefined || typeof node.value !== 'string') return undefined;
  const text = node.value;
  try {
    return parseHandlebars(text).body.map((part) => {
      if (part.type === 'ContentStatement') return part.value;
      const source = text.slice(offsetAt(text, part.loc.start), offsetAt(text, part.loc.end));
      return compileValue({ ...node, value: source, source }, new Diagnostics());
    });
  } catch {
    return undefined; // its errors are reported where it is compiled
  }
}
