import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import type { SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import { parseYaml } from '../source/yaml.ts';
import type { Draft, DraftGroup } from './draft.ts';

interface Word {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/** Reads an inventory in Ansible's INI form: [group], [group:children], [group:vars]; hosts before any section are in no group. */
export function readIniInventory(file: string, text: string, draft: Draft, diagnostics: Diagnostics): void {
  let group = draft.group('ungrouped', { file, line: 1, column: 1 });
  let readEntry = (line: Line): void => readHost(line, group, draft, diagnostics);
  const later: (() => void)[] = []; // what names a group that may stand further down

  const existing = (name: string, place: Place): DraftGroup | undefined => {
    const found = draft.groups.get(name) ?? (name === 'all' ? draft.group(name, place) : undefined);
    if (!found)
      diagnostics.error(
        'inventory-unknown-group',
        place,
        `there is no group '${name}'`,
        suggest(name, draft.groups.keys()),
      );
    return found;
  };

  const section = (line: Line, name: string, kind: string): void => {
    const place = line.place(line.start + 1, name.length);
    if (kind === 'hosts' || kind === 'children') group = draft.group(name, place);
    if (kind === 'hosts') readEntry = (entry) => readHost(entry, group, draft, diagnostics);
    else if (kind === 'children')
      readEntry = (entry) => {
        const [parent, child] = [group, entry.text.split(/\s+#/)[0]!];
        later.push(() => existing(child, entry.place(entry.start, child.length)) && parent.children.add(child));
      };
    else if (kind === 'vars') {
      later.push(() => existing(name, place));
      readEntry = (entry) => later.push(() => readVariable(entry, draft.groups.get(name), draft, diagnostics));
    } else
      diagnostics.error(
        'inventory-section',
        place,
        `[${name}:${kind}] is not a section`,
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
    if (header === undefined) readEntry(line);
    else section(line, name, kind);
  });
  for (const action of later) action();
}

/** A line without the white space around it; `start` is the column, from 1, where it begins. */
interface Line {
  readonly text: string;
  readonly start: number;
  readonly place: (column: number, length: number) => Place;
}

function readHost(line: Line, group: DraftGroup, draft: Draft, diagnostics: Diagnostics): void {
  const words = splitWords(line);
  if (!words) {
    diagnostics.error('inventory-quotes', line.place(line.start, line.text.length), 'a quote is opened but not closed');
    return;
  }
  const [name, ...settings] = words;
  const hosts = draft.addHosts(name!.text, group, line.place(name!.column, name!.text.length));
  for (const { text, column } of settings) {
    const [, key, value = ''] = /^([^=]+)=([^]*)$/.exec(text) ?? [];
    const place = line.place(column, text.length);
    if (key === undefined) diagnostics.error('inventory-variable', place, `'${text}' is not key=value`);
    else {
      const node = literal(value, line.place(column + key.length + 1, value.length), diagnostics);
      for (const host of hosts) draft.set(host.variables, key, node, place, `inventory host '${host.name}'`);
    }
  }
}

function readVariable(line: Line, group: DraftGroup | undefined, draft: Draft, diagnostics: Diagnostics): void {
  const [, key, gap = '', value = ''] = /^([^\s=]+)(\s*=\s*)([^]*)$/.exec(line.text) ?? [];
  const place = line.place(line.start, key?.length ?? line.text.length);
  if (key === undefined) diagnostics.error('inventory-variable', place, `'${line.text}' is not key=value`);
  else if (group) {
    const node = literal(value, line.place(line.start + key.length + gap.length, value.length), diagnostics);
    draft.set(group.variables, key, node, place, `inventory group '${group.name}'`);
  }
}

/** Words as a shell splits them: quotes hold white space together, # begins a comment. Undefined: a quote is not closed. */
function splitWords(line: Line): readonly Word[] | undefined {
  const words: Word[] = [];
  const pattern = /\s*(?:#.*$|((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+))/y;
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
    words.push({ text, column });
  }
  return words;
}

/** A value is a Python literal where it can be read as one (number, True, list, map, quoted text), else text. */
function literal(text: string, place: Place, diagnostics: Diagnostics): SourceNode {
  const scalar = (value: string | number | boolean | null, source = text): SourceNode => ({
    kind: 'scalar',
    place,
    value,
    source,
    plain: source === text,
  });
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return scalar(Number(text));
  const word = new Map([
    ['True', true],
    ['False', false],
    ['None', null],
  ]).get(text);
  if (word !== undefined) return scalar(word);
  const [, quoted] = /^(?:"([^"\\]*)"|'[^'\\]*')$/.exec(text) ? ['', text.slice(1, -1)] : [];
  if (quoted !== undefined) return { kind: 'scalar', place, value: quoted, source: quoted, raw: text, plain: false };
  if (/^\[.*\]$|^\{(?!\{).*\}$/.test(text)) {
    // Such a list or map is YAML too; the empty lines before it let its places come out right.
    const node = parseYaml(place.file, '\n'.repeat(place.line - 1) + ' '.repeat(place.column - 1) + text, diagnostics);
    if (node) return node;
  }
  return scalar(text);
}
