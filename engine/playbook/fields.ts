import { compileCondition } from '../expressions/condition.ts';
import type { Condition, Template } from '../expressions/types.ts';
import { compileValue } from '../expressions/value.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { type MapEntry, type MapNode, type ScalarNode, type SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import { findMethod } from '../transport/become/methods.ts';
import { connectionKind } from '../transport/target.ts';
import { type Keyword, keywords, keywordsAt, type Level } from './keywords.ts';
import { describeWritten, holdsExpression, type Kind, meantBoolean, misfit, writtenText } from './kinds.ts';
import { withoutCollection } from './module-names.ts';

/** The keywords of one map, each of the kind that the table requires: others have been reported and are left out. */
export class Fields {
  readonly #entries: ReadonlyMap<string, MapEntry>;
  readonly #diagnostics: Diagnostics;

  constructor(entries: ReadonlyMap<string, MapEntry>, diagnostics: Diagnostics) {
    this.#entries = entries;
    this.#diagnostics = diagnostics;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  node(name: string): SourceNode | undefined {
    return this.#entries.get(name)?.value;
  }

  /** The place of the keyword itself. */
  place(name: string): Place | undefined {
    return this.#entries.get(name)?.keyPlace;
  }

  map(name: string): MapNode | undefined {
    const node = this.node(name);
    return node?.kind === 'map' ? node : undefined;
  }

  text(name: string): string | undefined {
    const node = this.node(name);
    return node && writtenText(node as ScalarNode);
  }

  flag(name: string): boolean | undefined {
    return (this.node(name) as ScalarNode | undefined)?.value as boolean | undefined;
  }

  number(name: string): number | undefined {
    return (this.node(name) as ScalarNode | undefined)?.value as number | undefined;
  }

  /** The scalars of a value that may also be a list of them. */
  scalars(name: string): readonly ScalarNode[] {
    const node = this.node(name);
    if (!node) return [];
    return (node.kind === 'list' ? node.items : [node]) as readonly ScalarNode[];
  }

  template(name: string): Template | undefined {
    const node = this.node(name);
    if (!node) return undefined;
    const text =
      keywords[name]!.kind === 'text or expression' && node.kind === 'scalar' && typeof node.value !== 'string';
    return compileValue(text ? { ...node, value: node.source } : node, this.#diagnostics);
  }

  templates(name: string): readonly Template[] {
    const node = this.node(name);
    if (!node) return [];
    return (node.kind === 'list' ? node.items : [node]).map((item) => compileValue(item, this.#diagnostics));
  }

  conditions(name: string): readonly Condition[] | undefined {
    const node = this.node(name);
    return node && compileCondition(node, this.#diagnostics);
  }
}

/** Divides a map into the keywords of its level and the rest, which the caller checks. Reports values of the wrong kind. */
export function readFields(
  node: MapNode,
  level: Level,
  diagnostics: Diagnostics,
): { fields: Fields; rest: readonly MapEntry[] } {
  const found = new Map<string, MapEntry>();
  const rest: MapEntry[] = [];
  for (const entry of node.entries) {
    const keyword = Object.hasOwn(keywords, entry.key) ? keywords[entry.key] : undefined;
    if (keyword?.at.includes(level)) {
      if (checkValue(entry, keyword, diagnostics)) found.set(entry.key, entry);
    } else rest.push(entry);
  }
  return { fields: new Fields(found, diagnostics), rest };
}

/** Keywords whose text is a name from a table, where the table takes more names than it shows. */
const named: Readonly<Record<string, (text: string) => boolean>> = {
  become_method: (text) => findMethod(text) !== undefined,
  connection: (text) => connectionKind(text) !== undefined,
};

function checkValue({ key, value }: MapEntry, { kind, choices }: Keyword, diagnostics: Diagnostics): boolean {
  const expected = misfit(kind, value);
  if (expected !== undefined) {
    const meant = kind.startsWith('boolean') ? meantBoolean(value) : undefined;
    if (meant !== undefined)
      diagnostics.error(
        'boolean-text',
        value.place,
        `'${key}' must be true or false, but '${String((value as ScalarNode).value)}' is text`,
        `write: ${key}: ${meant}`,
      );
    else
      diagnostics.error(
        'keyword-type',
        value.place,
        `'${key}' must be ${expected}, but it is ${describeWritten(value)}`,
        hintFor(kind, value),
      );
    return false;
  }
  const text = choices && writtenText(value as ScalarNode);
  const accepts = Object.hasOwn(named, key) ? named[key] : undefined;
  if (accepts && !holdsExpression(value)) {
    const name = writtenText(value as ScalarNode);
    if (accepts(name)) return true;
    diagnostics.error('keyword-value', value.place, `'${key}' cannot be '${name}'`, keywords[key]!.describe);
    return false;
  }
  if (text === undefined || choices!.includes(text)) return true;
  diagnostics.error('keyword-value', value.place, `'${key}' cannot be '${text}'`, suggest(text, choices!));
  return false;
}

function hintFor(kind: Kind, value: SourceNode): string | undefined {
  if (kind.startsWith('list') && value.kind === 'map' && value.entries.length > 0)
    return value.entries[0]!.key.startsWith('-')
      ? 'write a space after the dash'
      : "each item of a list begins with '- '";
  const number = value.kind === 'scalar' && kind.startsWith('number') && /^\d+$/.test(value.source);
  return number ? `write it without quotes: ${value.source}` : undefined;
}

/** Keywords of Ansible that this engine does not have (yet): reported as such, never ignored. */
const notSupported: ReadonlyMap<string, string | undefined> = new Map([
  ['include', 'use import_tasks or include_tasks'],
  ['collections', 'modules need no collection here: leave it out'],
  ['debugger', undefined],
  ['fact_path', undefined],
  ['gather_subset', 'only the facts that are referred to are read: leave it out'],
  ['gather_timeout', undefined],
]);

/** Whether Ansible has this keyword and this engine does not (yet). */
export function isLater(key: string): boolean {
  return notSupported.has(withoutCollection(key));
}

/** Reports that a key is not valid at this level: known elsewhere, not supported, or unknown. */
export function rejectKey(
  { key, keyPlace }: MapEntry,
  level: Level,
  diagnostics: Diagnostics,
  moreNames: Iterable<string> = [],
): void {
  const standsOn = Object.hasOwn(keywords, key) ? keywords[key]!.at : undefined;
  if (isLater(key))
    diagnostics.error(
      'not-supported-yet',
      keyPlace,
      `'${key}' is not supported yet`,
      notSupported.get(withoutCollection(key)),
    );
  else if (key.startsWith('with_'))
    diagnostics.error(
      'with-loop',
      keyPlace,
      `'${key}' is not supported`,
      key === 'with_items' || key === 'with_list'
        ? "rename it to 'loop'"
        : "use 'loop': a list, or an expression that gives one",
    );
  else if (standsOn)
    diagnostics.error(
      'misplaced-keyword',
      keyPlace,
      `'${key}' cannot stand on ${article(level)}`,
      `it can stand on: ${standsOn.map((at) => levelNames[at]).join(', ')}`,
    );
  else
    diagnostics.error(
      'unknown-keyword',
      keyPlace,
      `no keyword of ${article(level)} is called '${key}'`,
      suggest(key, [...keywordsAt(level), ...moreNames]),
    );
}

const levelNames: Readonly<Record<Level, string>> = {
  play: 'play',
  block: 'block',
  task: 'task',
  handler: 'handler',
  role: 'role of a play',
  import: 'import of tasks or a role',
  include: 'include of tasks or a role',
  playbook: 'import_playbook',
  loop_control: 'loop_control',
};

function article(level: Level): string {
  if (level === 'playbook' || level === 'loop_control') return levelNames[level];
  return `${level === 'import' || level === 'include' ? 'an' : 'a'} ${levelNames[level]}`;
}
