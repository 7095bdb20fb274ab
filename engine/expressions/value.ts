import type { Diagnostics } from '../source/diagnostic.ts';
import { type ScalarNode, type SourceNode, scalarValue } from '../source/node.ts';
import { compileExpression } from './condition.ts';
import { locatedScalar } from './handlebars/located.ts';
import { compileText } from './handlebars/text.ts';
import type { Reference, Scope, Template } from './types.ts';

/**
 * Compiles a YAML value. Text with `{{ }}` is a template, and text that is nothing but one expression keeps the type of
 * its value; keys are never templates. `!cel` is an expression, `!unsafe` is taken literally. Items and entries that are
 * `omit` are left out.
 */
export function compileValue(node: SourceNode, diagnostics: Diagnostics): Template {
  if (node.kind === 'scalar') return compileScalar(node, diagnostics);
  if (node.kind === 'list') {
    const items = node.items.map((item) => compileValue(item, diagnostics));
    return combined(node, items, (scope) => items.map((item) => item.evaluate(scope)).filter(isGiven));
  }
  const entries = node.entries.map((entry) => [entry.key, compileValue(entry.value, diagnostics)] as const);
  return combined(
    node,
    entries.map(([, value]) => value),
    (scope) => {
      const map = Object.create(null) as Record<string, unknown>; // no prototype, so no key has a special meaning
      for (const [key, template] of entries) {
        const value = template.evaluate(scope);
        if (isGiven(value)) map[key] = value;
      }
      return map;
    },
  );
}

/** `omit` is the only symbol among values. */
function isGiven(value: unknown): boolean {
  return typeof value !== 'symbol';
}

function combined(node: SourceNode, parts: readonly Template[], evaluate: (scope: Scope) => unknown): Template {
  const references: readonly Reference[] = parts.flatMap((part) => part.references);
  const expressions = parts.flatMap((part) => part.expressions ?? []);
  return { place: node.place, constant: parts.every((part) => part.constant), references, expressions, evaluate };
}

function compileScalar(node: ScalarNode, diagnostics: Diagnostics): Template {
  const constant = (value: unknown): Template => ({
    place: node.place,
    constant: true,
    references: [],
    evaluate: () => value,
  });
  if (node.tag === '!cel') {
    const expression = compileExpression(node, diagnostics);
    return { ...expression, constant: false, expressions: [expression] };
  }
  if (node.tag === '!vault') {
    diagnostics.error('vault-password-missing', node.place, 'this value is encrypted and no vault password was given');
    return constant(null);
  }
  if (node.tag === '!unsafe') return constant(node.source);
  if (typeof node.value !== 'string') return constant(scalarValue(node));
  if (!node.value.includes('{{') && !node.value.includes('{%')) return constant(node.value);
  const text = compileText(locatedScalar(node), diagnostics);
  const plain = text.references.length === 0 && !text.single && !node.value.includes('{{');
  const { references } = text;
  return { place: node.place, constant: plain, references, written: node, evaluate: (scope) => text.value(scope) };
}
