import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import type { Diagnostics } from './diagnostic.ts';
import { describe, type MapEntry, type SourceNode } from './node.ts';
import type { Place } from './place.ts';
import { explainYaml, knownTags } from './yaml-words.ts';

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Parses a YAML document into nodes with places. Reports all problems; undefined if the file is empty or does not parse. */
export function parseYaml(file: string, written: string, diagnostics: Diagnostics): SourceNode | undefined {
  const text = written.replace(/^\uFEFF/, ''); // it would shift the columns of the first line
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: false, // quadratic in the library; checked below
    prettyErrors: false,
    merge: true,
    logLevel: 'silent',
    customTags: knownTags.map((tag) => ({ tag, resolve: (value: string) => value })),
  });
  if (!Array.isArray(documents)) return undefined;
  const placeAt = (offset: number, length?: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, ...(length !== undefined && length > 0 && { length }) };
  };
  if (documents.length > 1)
    diagnostics.error('yaml-documents', placeAt(documents[1]!.range[0]), 'this file must hold a single YAML document');
  const strange = /[\0\uFFFD]/.exec(text);
  if (strange) {
    const what = text.includes('\0') ? 'this is not a text file' : 'this is not valid UTF-8';
    diagnostics.error('unreadable-file', placeAt(strange.index), what, 'save the file as UTF-8 text');
    return undefined;
  }
  const document = documents[0];
  if (!document) return undefined;
  for (const { offset, length, message, hint } of explainYaml(document, text))
    diagnostics.error('yaml-syntax', placeAt(offset, length), message, hint);
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2')
    diagnostics.error(
      'yaml-directive',
      placeAt(0),
      `YAML ${document.directives.yaml.version} is not supported: yes and 0644 have different values in it`,
      'remove the %YAML line',
    );
  if (document.errors.length > 0 || !document.contents) return undefined;

  let aliases = 0;
  const open: unknown[] = []; // alias targets being converted
  const convert = (node: Node | null | undefined, at: Place): SourceNode => {
    const nothing: SourceNode = { kind: 'scalar', place: at, value: null, source: '', plain: true };
    if (!node) return nothing;
    const [start, end] = node.range ?? [0, 0];
    const place = placeAt(start);
    if (isAlias(node)) {
      const target = node.resolve(document);
      const whole = placeAt(start, end - start);
      if (++aliases === 1000)
        diagnostics.error('yaml-aliases', whole, 'the aliases of this file expand to more than 1,000');
      if (aliases >= 1000) return nothing;
      if (!target) diagnostics.error('yaml-alias', whole, `there is no anchor '&${node.source}' before this alias`);
      else if (open.includes(target) || holds(target, start)) {
        diagnostics.error('yaml-alias', whole, `'*${node.source}' refers to a value that contains it`);
        return nothing;
      }
      open.push(target);
      const converted = convert(target, place);
      open.pop();
      return converted;
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

  /** Reports missing quotes, and continues as if they were there, to avoid consequential errors. */
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
          'a map key must be text',
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
          else
            diagnostics.error(
              'yaml-merge',
              keyPlace,
              `'<<' takes a map or a list of maps, but this is ${describe(from)}`,
            );
      } else if (key === '' && pair.key.type === 'PLAIN') {
        diagnostics.error('yaml-key', keyPlace, 'there is no key before this colon');
      } else if (forbiddenKeys.has(key)) {
        diagnostics.error('yaml-forbidden-key', keyPlace, `'${key}' is not allowed as a key`);
      } else if (entries.has(key)) {
        const first = entries.get(key)!.keyPlace;
        diagnostics.error(
          'yaml-duplicate-key',
          keyPlace,
          `'${key}' appears twice in this map, first on line ${first.line}`,
        );
      } else entries.set(key, { key, keyPlace, value });
    }
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return [...entries.values()];
  };

  const first = document.contents;
  return convert(first, placeAt(0));
}

/** YAML reads `key: {{ x }}` as a map whose only key is the map `{ x }`. */
function isUnquotedExpression(node: Node | null | undefined): boolean {
  return isMap(node) && node.items.length === 1 && isMap(node.items[0]!.key);
}

/** Whether the node encloses this offset. */
function holds(node: Node, offset: number): boolean {
  return node.range != null && node.range[0] <= offset && offset < node.range[1];
}

function lineFrom(text: string, offset: number): string {
  return text.slice(offset).split('\n')[0]!.trimEnd();
}
