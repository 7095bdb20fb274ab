import { readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Scope, Template } from '../../expressions/types.ts';
import { compileValue } from '../../expressions/value.ts';
import { Diagnostics } from '../../source/diagnostic.ts';
import type { ScalarNode } from '../../source/node.ts';
import { scalarText } from '../../source/written-number.ts';
import { nameParts } from '../arguments/computed-name.ts';
import type { Context } from '../context.ts';
import { isFolder } from '../local-files.ts';
import type { Loop } from '../types.ts';

/** A name as known before the run: each part is text, or undefined for any text without a slash. */
export type NamePattern = readonly (string | undefined)[];

/** The name, if all of it is known. */
export function certainName(pattern: NamePattern): string | undefined {
  return pattern.every((part) => part !== undefined) ? pattern.join('') : undefined;
}

/** The possible names: one pattern, or one for each item of a loop over a constant list. */
export function possibleNames(node: ScalarNode, loop: Loop | undefined, context: Context): readonly NamePattern[] {
  const template = compileValue(node, new Diagnostics());
  const items = loop?.over.constant ? loop.over.evaluate(knownScope(context)) : undefined;
  const scopes =
    Array.isArray(items) && items.length > 0
      ? items.map((item) => knownScope(context, new Map([[loop!.variable, item]])))
      : [knownScope(context)];
  const patterns = scopes.map((scope) => patternOf(node, template, scope));
  return [...new Map(patterns.map((pattern) => [JSON.stringify(pattern), pattern])).values()];
}

/** Variables that are the same on every host. */
function knownScope({ role, play, loader }: Context, more: ReadonlyMap<string, unknown> = new Map()): Scope {
  const known = new Map<string, unknown>([...loader.extra, ['playbook_dir', play.folder], ...more]);
  if (role) known.set('role_path', role.path).set('role_name', role.name);
  return { lookup: (name) => known.get(name), names: () => known.keys() };
}

function patternOf(node: ScalarNode, template: Template, scope: Scope): NamePattern {
  const whole = valueOf(template, scope);
  if (whole !== undefined) return [whole];
  const parts = nameParts(node);
  return parts?.map((part) => (typeof part === 'string' ? part : valueOf(part, scope))) ?? [undefined];
}

function valueOf(template: Template, scope: Scope): string | undefined {
  try {
    const value = template.evaluate(scope);
    return typeof value === 'boolean' ? undefined : scalarText(value);
  } catch {
    return undefined; // it depends on values known only at run time
  }
}

/** The files and folders that match a pattern, relative to this folder. */
export function matching(pattern: NamePattern, folder: string): readonly string[] {
  const mark = '\0';
  const text = pattern.map((part) => part ?? mark).join('');
  const fixed = text.slice(0, text.indexOf(mark)); // constant up to here
  const from = isAbsolute(text) ? dirname(`${fixed}x`) : resolve(folder, dirname(`${fixed}x`));
  const segments = text.slice(fixed.lastIndexOf('/') + 1).split('/');
  let found = [from];
  for (const segment of segments) {
    if (!segment.includes(mark)) {
      found = found.map((path) => join(path, segment));
      continue;
    }
    const fits = new RegExp(`^${segment.split(mark).map(escapePattern).join('.*')}$`, 's');
    found = found.filter(isFolder).flatMap((path) =>
      readdirSync(path)
        .sort()
        .filter((name) => !name.startsWith('.') && fits.test(name))
        .map((name) => join(path, name)),
    );
  }
  return found;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
