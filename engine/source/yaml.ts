import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  visit,
} from 'yaml';
import type { Diagnostics } from './diagnostic.ts';
import type { MapEntry, SourceNode } from './node.ts';
import type { Place } from './place.ts';

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const knownTags = new Set(['!vault', '!unsafe', '!cel']);

/**
 * Reads one YAML document into nodes with places. Tells every problem to `diagnostics`;
 * returns undefined where the file is empty or so broken that nothing can be read from it.
 */
export function parseYaml(file: string, text: string, diagnostics: Diagnostics): SourceNode | undefined {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: false, // quadratic in the library; found below with a Set
    prettyErrors: false,
    merge: true,
    logLevel: 'silent',
    customTags: [...knownTags].map((tag) => ({ tag, resolve: (value: string) => value })),
  });
  if (!Array.isArray(documents)) return undefined;
  const placeAt = (offset: number, length?: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, ...(length !== undefined && length > 0 && { length }) };
  };
  if (documents.length > 1)
    diagnostics.error(
      'yaml-documents',
      placeAt(documents[1]!.range[0]),
      'only one YAML document is expected in this file',
    );
  const document = documents[0];
  if (!document) return undefined;
  const told = new Set<number>(); // one slip often makes the library complain several times about the same line
  for (const problem of [...document.errors, ...document.warnings]) {
    const place = placeAt(beginningOf(problem, document));
    if (told.has(place.line)) continue;
    told.add(place.line);
    diagnostics.error(
      'yaml-syntax',
      place,
      plainWords(problem.message),
      hintFor(problem.message, lineAt(text, problem.pos[0])),
    );
  }
  if (document.errors.length > 0 || !document.contents) return undefined;

  let aliases = 0;
  const convert = (node: Node | null | undefined, at: Place): SourceNode => {
    if (!node) return { kind: 'scalar', place: at, value: null, source: '', plain: true };
    const [start, end] = node.range ?? [0, 0];
    const place = placeAt(start);
    if (isAlias(node)) {
      if (++aliases > 1000) {
        diagnostics.error('yaml-aliases', place, 'more than 1,000 aliases are used in this file');
        return { kind: 'scalar', place, value: null, source: '', plain: true };
      }
      const target = node.resolve(document);
      if (!target) diagnostics.error('yaml-alias', place, `no anchor '&${node.source}' stands before this alias`);
      return convert(target, place);
    }
    if (isSeq(node)) return { kind: 'list', place, items: node.items.map((item) => convert(item as Node, place)) };
    if (isMap(node)) return { kind: 'map', place, entries: convertPairs(node.items as Pair<Node, Node>[], place) };
    const scalar: Scalar = node;
    const source = scalar.source ?? String(scalar.value);
    const oneLine = scalar.type === 'PLAIN' || scalar.type === 'QUOTE_SINGLE' || scalar.type === 'QUOTE_DOUBLE';
    const tag = scalar.tag?.startsWith('!') ? scalar.tag : undefined;
    const raw = text.slice(start, end);
    return {
      kind: 'scalar',
      place: oneLine ? placeAt(start, text.slice(start, end).split('\n')[0]!.trimEnd().length) : place,
      value: scalar.value as string | number | boolean | null,
      source,
      plain: scalar.type === 'PLAIN',
      ...(tag !== undefined && { tag }),
      ...(raw !== source && { raw }),
    };
  };

  /** Tells that quotes are missing, and goes on as if they were there: what hangs on the value is not wrong for that. */
  const quoted = (node: Node, key: string): SourceNode => {
    const [start, end] = node.range!;
    const place = placeAt(start, end - start);
    const hint = `quote it: ${key}: '${lineFrom(text, start)}'`;
    diagnostics.error(
      'yaml-unquoted-expression',
      place,
      `YAML reads the value of '${key}' as a map, not as an expression`,
      hint,
    );
    const source = text.slice(start, end);
    return { kind: 'scalar', place, value: source, source, plain: false };
  };

  const convertPairs = (pairs: readonly Pair<Node, Node>[], at: Place): MapEntry[] => {
    const entries = new Map<string, MapEntry>();
    const merged: MapEntry[] = [];
    for (const pair of pairs) {
      const keyPlace = pair.key?.range ? placeAt(pair.key.range[0], pair.key.range[1] - pair.key.range[0]) : at;
      if (!isScalar(pair.key)) {
        const braces = isMap(pair.key);
        diagnostics.error(
          'yaml-key',
          keyPlace,
          'a key must be text',
          braces ? "quote an expression: key: '{{ name }}'" : undefined,
        );
        continue;
      }
      const key = pair.key.source ?? String(pair.key.value);
      const meant = isUnquotedExpression(pair.value) ? quoted(pair.value!, key) : undefined;
      const value = meant ?? convert(pair.value, keyPlace);
      if (key === '<<' && pair.key.type === 'PLAIN') {
        for (const from of value.kind === 'list' ? value.items : [value])
          if (from.kind === 'map') merged.push(...from.entries);
      } else if (forbiddenKeys.has(key)) {
        diagnostics.error('yaml-forbidden-key', keyPlace, `'${key}' is not allowed as a key`);
      } else if (entries.has(key)) {
        const first = entries.get(key)!.keyPlace;
        diagnostics.error(
          'yaml-duplicate-key',
          keyPlace,
          `'${key}' stands twice in this map, first on line ${first.line}`,
        );
      } else entries.set(key, { key, keyPlace, value });
    }
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return [...entries.values()];
  };

  const first = document.contents;
  return convert(first, placeAt(0));
}

/** `key: {{ x }}` reads as a map whose only key is the map `{ x }`. */
function isUnquotedExpression(node: Node | null | undefined): boolean {
  return isMap(node) && node.items.length === 1 && isMap(node.items[0]!.key);
}

function lineFrom(text: string, offset: number): string {
  return text.slice(offset).split('\n')[0]!.trimEnd();
}

/** Where a person has to look: an open quote is found at its beginning, not where the file ends. */
function beginningOf({ code, pos: [at] }: Document['errors'][number], document: Document): number {
  let beginning = at;
  if (code === 'MISSING_CHAR')
    visit(document, {
      Scalar: (_, node) => {
        if (node.range?.[1] === at) beginning = node.range[0];
      },
    });
  return beginning;
}

const plainly: readonly (readonly [RegExp, string])[] = [
  [/^Missing closing .quote/, 'this quote is never closed'],
  [/^Nested mappings|^Implicit map keys|^Implicit keys/, "': ' cannot stand in a text without quotes"],
  [/^Unexpected .*(at node end|in YAML stream)/, 'this does not fit what stands before it'],
  [/^Flow (sequence|map) /, "a '[' or '{' is never closed"],
  [/call stack/, 'lists and maps are nested too deeply here'],
];

function plainWords(message: string): string {
  const words = plainly.find(([pattern]) => pattern.test(message))?.[1];
  return words ?? message.replace(/ at line \d+, column \d+:?[\s\S]*$/, '').replace(/\.$/, '');
}

function lineAt(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n')[0]!;
}

function hintFor(message: string, line: string): string | undefined {
  if (/:\s+\{\{/.test(line)) return "quote a value that begins with an expression: key: '{{ name }}/more'";
  if (/tab/i.test(message)) return 'indent with spaces';
  if (/Nested mappings|implicit keys|Implicit map keys/i.test(message)) return 'quote the text if it holds ": "';
  if (/^Unexpected .*(at node end|in YAML stream)/.test(message))
    return 'look at the indentation of this line and the one before, and for a quote too many';
  if (/Unresolved tag/i.test(message)) return `known tags: ${[...knownTags].join(', ')}`;
  return undefined;
}
