import type { Diagnostics } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import type { SourceNode } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';
import type { Draft, DraftGroup } from '../draft.ts';
import type { Variable } from '../types.ts';
import { type PlaceAt, pythonLiteral } from './python-literal.ts';

interface Word {
  readonly text: string;
  /** Including quotes. */
  readonly raw: string;
  /** Counts from 1. */
  readonly column: number;
}

/** Reads an inventory in Ansible's INI format: [group], [group:children], [group:vars]; hosts before any section are ungrouped. */
export function readIniInventory(file: string, text: string, draft: Draft, diagnostics: Diagnostics): void {
  let group = draft.group('ungrouped', { file, line: 1, column: 1 });
  let readEntry = (line: Line): void => readHost(line, group, draft, diagnostics);
  /** Groups declared by [group] or [group:children], here or in an earlier inventory; only these may be referenced. */
  const declared = new Set(['all', ...draft.groups.keys()]);
  const referenced: { readonly name: string; readonly place: Place }[] = [];
  const parents = new Map<string, DraftGroup[]>(); // of groups declared later in the file

  const section = (line: Line, name: string, kind: string): void => {
    const place = line.place(line.start + 1, name.length);
    if (kind === 'hosts' || kind === 'children') {
      group = draft.group(name, place);
      declared.add(name);
      for (const parent of parents.get(name) ?? []) parent.children.add(name);
    }
    if (kind === 'hosts') readEntry = (entry) => readHost(entry, group, draft, diagnostics);
    else if (kind === 'children')
      readEntry = (entry) => {
        const child = entry.text.split(/\s+#/)[0]!;
        referenced.push({ name: child, place: entry.place(entry.start, child.length) });
        if (draft.groups.has(child)) group.children.add(child);
        else parents.set(child, [...(parents.get(child) ?? []), group]); // in the order of declaration, as in Ansible
      };
    else if (kind === 'vars') {
      referenced.push({ name, place });
      const { variables } = draft.group(name, place);
      readEntry = (entry) => readVariable(entry, name, variables, draft, diagnostics);
    } else
      diagnostics.error(
        'inventory-section',
        place,
        `[${name}:${kind}] is not a valid section`,
        suggest(kind, ['hosts', 'children', 'vars']),
      );
  };

  text.split(/\r?\n/).forEach((whole, index) => {
    const trimmed = whole.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) return;
    const line: Line = {
      text: trimmed,
      start: whole.length - whole.trimStart().length + 1,
      place: (column, length) => ({ file, line: index + 1, column, ...(length > 0 && { length }) }),
    };
    const [header, name = '', kind = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(trimmed) ?? [];
    if (header !== undefined) section(line, name, kind);
    else if (/^\[.*\](\s*;.*)?$/.test(trimmed))
      diagnostics.error(
        'inventory-section',
        line.place(line.start, trimmed.length),
        `${trimmed} is not a valid section`,
        'write [group], [group:children] or [group:vars]; names contain no spaces, and comments start with #',
      );
    else readEntry(line);
  });
  for (const { name, place } of referenced)
    if (!declared.has(name))
      diagnostics.error('inventory-unknown-group', place, `there is no group '${name}'`, suggest(name, declared));
}

/** A trimmed line; `start` is its first column, counting from 1. */
interface Line {
  readonly text: string;
  readonly start: number;
  readonly place: (column: number, length: number) => Place;
}

function readHost(line: Line, group: DraftGroup, draft: Draft, diagnostics: Diagnostics): void {
  const words = splitWords(line);
  if (!words) {
    diagnostics.error('inventory-quotes', line.place(line.start, line.text.length), 'this line has an unclosed quote');
    return;
  }
  const [name, ...settings] = words;
  const hosts = draft.addHosts(name!.text, group, line.place(name!.column, name!.text.length));
  for (const { text, raw, column } of settings) {
    const [, key, value = ''] = /^([^=]+)=([^]*)$/.exec(text) ?? [];
    const place = line.place(column, text.length);
    if (key === undefined) diagnostics.error('inventory-variable', place, `expected key=value, found '${text}'`);
    else {
      const written = raw.slice(raw.indexOf('=') + 1);
      const node = literal(value, written, line.place(column + key.length + 1, written.length));
      for (const host of hosts) draft.set(host.variables, key, node, place, `inventory host '${host.name}'`);
    }
  }
}

function readVariable(line: Line, group: string, variables: Variable[], draft: Draft, diagnostics: Diagnostics): void {
  const [, key, gap = '', value = ''] = /^([^\s=]+)(\s*=\s*)([^]*)$/.exec(line.text) ?? [];
  const place = line.place(line.start, key?.length ?? line.text.length);
  if (key === undefined) diagnostics.error('inventory-variable', place, `expected key=value, found '${line.text}'`);
  else {
    const node = literal(value, value, line.place(line.start + key.length + gap.length, value.length));
    draft.set(variables, key, node, place, `inventory group '${group}'`);
  }
}

/** Splits into words as Ansible does: quotes protect white space, # starts a comment even inside a word. Undefined: unclosed quote. */
function splitWords(line: Line): readonly Word[] | undefined {
  const words: Word[] = [];
  const pattern = /\s*(?:#.*$|((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\#])+))/y;
  while (pattern.lastIndex < line.text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(line.text);
    if (!match) return undefined;
    if (match[1] === undefined) break;
    const column = line.start + at + match[0].length - match[1].length;
    const text = match[1].replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
      (_, double?: string, single?: string, escaped?: string) =>
        double === undefined ? (single ?? escaped ?? '') : double.replace(/\\(["\\])/g, '$1'),
    );
    words.push({ text, raw: match[1], column });
  }
  return words;
}

/** A Python literal, else text. `raw`: as written, including quotes. */
function literal(text: string, raw: string, place: Place): SourceNode {
  const at: PlaceAt = (offset, length) => ({ ...place, column: place.column + offset, length });
  return (
    pythonLiteral(text, at) ?? {
      kind: 'scalar',
      place,
      value: text,
      source: text,
      plain: raw === text,
      ...(/^["']/.test(raw) && { raw }),
    }
  );
}
