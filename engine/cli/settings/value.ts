import { resolve } from 'node:path';
import { describe, type ScalarNode, type SourceNode, scalarValue } from '../../source/node.ts';
import { shownPath } from '../../source/place.ts';
import { expandHome } from '../../transport/ssh/arguments.ts';
import { orList } from '../command.ts';
import type { Setting } from './table.ts';

/** What is wrong with the value of a setting: `must be …`. */
export class WrongValue extends Error {}

/** As commander hands the value of the option over. */
export type OptionValue = string | true | readonly string[];

/** From a YAML file in `folder`; undefined where the setting is off. Throws WrongValue. */
export function valueFromYaml(setting: Setting, node: SourceNode, folder: string): OptionValue | undefined {
  const { kind } = setting;
  if (kind === 'list' || kind === 'paths' || kind === 'sources' || kind === 'labels') {
    const items = node.kind === 'list' ? node.items : [node];
    const texts = items.map((item) => {
      if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.value.trim() === '')
        throw new WrongValue(`must be text or a list of texts, not ${describe(item)}`);
      return item.value;
    });
    return listValue(kind, texts, folder);
  }
  if (node.kind !== 'scalar') throw new WrongValue(`must be ${wanted(setting)}, not ${describe(node)}`);
  return scalar(setting, node, folder);
}

/** From the text of an environment variable or of ansible.cfg. Throws WrongValue. */
export function valueFromText(setting: Setting, text: string, folder: string): OptionValue | undefined {
  const { kind } = setting;
  if (kind === 'list' || kind === 'labels') return listValue(kind, split(text, ','), folder);
  if (kind === 'paths') return listValue(kind, split(text, ':'), folder);
  if (kind === 'sources') return listValue(kind, [text], folder);
  if (kind === 'flag') {
    const value = truth[text.toLowerCase()];
    if (value === undefined) throw new WrongValue(`must be true or false, not '${text}'`);
    return value || undefined;
  }
  return checked(setting, text, folder);
}

const truth: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

function scalar(setting: Setting, node: ScalarNode, folder: string): OptionValue | undefined {
  const value = scalarValue(node);
  if (setting.kind === 'flag') {
    if (typeof value !== 'boolean') throw new WrongValue(`must be true or false, not ${shown(node)}`);
    return value || undefined;
  }
  if (setting.kind === 'number' ? typeof value !== 'number' : typeof value !== 'string')
    throw new WrongValue(`must be ${wanted(setting)}, not ${shown(node)}`);
  return checked(setting, String(value), folder);
}

function checked(setting: Setting, text: string, folder: string): string {
  const { kind, choices } = setting;
  const bad = (): WrongValue => new WrongValue(`must be ${wanted(setting)}, not '${text}'`);
  if (kind === 'number' && !/^[1-9]\d{0,8}$/.test(text)) throw bad();
  if (choices && !choices.includes(text)) throw bad();
  if (text.trim() === '') throw new WrongValue('must not be empty');
  return kind === 'path' ? fromFolder(folder, text) : text;
}

function wanted({ kind, choices }: Setting): string {
  if (choices) return orList(choices);
  return kind === 'number' ? 'a whole number from 1 up' : kind === 'flag' ? 'true or false' : 'text';
}

function shown(node: ScalarNode): string {
  return node.value === null ? 'nothing' : `'${node.source}'`;
}

function split(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function listValue(kind: Setting['kind'], texts: readonly string[], folder: string): readonly string[] {
  if (texts.length === 0) throw new WrongValue('must not be empty');
  if (kind === 'list') return texts;
  return texts.map((text) => {
    if (kind === 'sources') return text.includes(',') ? text : fromFolder(folder, text);
    if (kind === 'paths') return absolute(folder, text);
    const at = text.indexOf('@');
    const source = text.slice(at + 1);
    return source === 'prompt' || source === '' ? text : `${text.slice(0, at + 1)}${fromFolder(folder, source)}`;
  });
}

function fromFolder(folder: string, path: string): string {
  return shownPath(absolute(folder, path));
}

function absolute(folder: string, path: string): string {
  return path.startsWith('~') ? expandHome(path) : resolve(folder, path);
}
