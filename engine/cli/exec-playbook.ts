import type { AnyModule } from '../module/module.ts';
import { ModuleNames } from '../playbook/module-names.ts';
import { type Diagnostics } from '../source/diagnostic.ts';
import type { MapEntry, MapNode, ScalarNode, SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import { parseYaml } from '../source/yaml.ts';

/** What `tsplay exec` is to run. */
export interface OneTask {
  readonly pattern: string;
  readonly module: string;
  /** `k=v …`, a map in YAML or JSON, or the module's free-form text. */
  readonly args: string;
}

/** A playbook of one task. Its places are in `text`: the command line as problems show it. */
export interface CommandLine {
  readonly node: SourceNode;
  readonly text: string;
}

/** Parses the command line into the nodes of a playbook file. `file` names the file in their places. */
export function playbookOf(
  { pattern, module, args }: OneTask,
  modules: ReadonlyMap<string, AnyModule>,
  file: string,
  diagnostics: Diagnostics,
): CommandLine {
  const command = `tsplay exec ${pattern} -m ${module}`;
  const text = args === '' ? command : `${command} -a\n${args}`;
  const at = (column: number, length: number): Place => ({ file, line: 1, column, length: Math.max(1, length) });
  const patternAt = at('tsplay exec '.length + 1, pattern.length);
  const moduleAt = at(command.length - module.length + 1, module.length);
  const found = new ModuleNames(modules).find(module);
  // an unknown module is reported when the task is parsed
  const value = found ? argumentsOf(args, found, file, diagnostics) : map(moduleAt, []);
  const task = map(moduleAt, [entry(module, moduleAt, value)]);
  const tasks: SourceNode = { kind: 'list', place: moduleAt, items: [task] };
  const play = map(patternAt, [entry('hosts', patternAt, words(pattern, patternAt)), entry('tasks', moduleAt, tasks)]);
  return { node: { kind: 'list', place: patternAt, items: [play] }, text };
}

/** The arguments begin on the second line of the text. */
function argumentsOf(args: string, module: AnyModule, file: string, diagnostics: Diagnostics): SourceNode {
  const at = (offset: number, length: number): Place => {
    const before = args.slice(0, offset).split('\n');
    return { file, line: before.length + 1, column: before.at(-1)!.length + 1, length: Math.max(1, length) };
  };
  if (/^\s*\{(?!\{)/.test(args)) {
    // an empty line in place of the command's
    const node = parseYaml(file, `\n${args}`, diagnostics);
    return node ?? map(at(0, args.length), []);
  }
  const entries: MapEntry[] = [];
  const names = Object.keys(module.args.properties ?? {});
  for (const match of args.matchAll(/(?:\{\{.*?\}\}|"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'])+/g)) {
    const [, name, written] = /^([A-Za-z_]\w*)=(.*)$/s.exec(match[0]) ?? [];
    if (module.freeForm !== undefined && (name === undefined || !names.includes(name))) {
      // the rest is the free-form text, unchanged
      const rest = args.slice(match.index).trimEnd();
      entries.push(entry(module.freeForm, at(match.index, rest.length), words(rest, at(match.index, rest.length))));
      break;
    }
    const nameAt = at(match.index, (name ?? match[0]).length);
    if (name === undefined || written === undefined) {
      diagnostics.error(
        'free-form',
        nameAt,
        `'${match[0]}' is not of the form name=value`,
        `a map in YAML begins with '{'; the arguments of ${module.name}: ${names.join(', ')}`,
      );
      continue;
    }
    if (entries.some(({ key }) => key === name))
      diagnostics.error('argument-twice', nameAt, `'${name}' is given twice`);
    else
      entries.push(
        entry(name, nameAt, valueOf(written, at(match.index + name.length + 1, written.length), diagnostics)),
      );
  }
  return map(at(0, 1), entries);
}

/** An unquoted value is read as YAML: a number, true or false, a list. */
function valueOf(written: string, place: Place, diagnostics: Diagnostics): SourceNode {
  if (/["']/.test(written) && !/^[[{]/.test(written)) {
    const plain = written.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
      double === undefined ? (single ?? '') : double.replaceAll(/\\(.)/g, '$1'),
    );
    return { ...words(plain, place), plain: false };
  }
  if (!/^(?:[[{](?!\{)|[-+.\d]|true$|false$|null$)/.test(written)) return words(written, place);
  const node = parseYaml(place.file, written, diagnostics);
  return node ? moved(node, place) : words(written, place);
}

function moved(node: SourceNode, place: Place): SourceNode {
  if (node.kind === 'list') return { ...node, place, items: node.items.map((item) => moved(item, place)) };
  if (node.kind === 'map')
    return map(
      place,
      node.entries.map(({ key, value }) => entry(key, place, moved(value, place))),
    );
  return { ...node, place };
}

function map(place: Place, entries: readonly MapEntry[]): MapNode {
  return { kind: 'map', place, entries };
}

function entry(key: string, keyPlace: Place, value: SourceNode): MapEntry {
  return { key, keyPlace, value };
}

function words(value: string, place: Place): ScalarNode {
  return { kind: 'scalar', place, value, source: value, plain: true };
}
