import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Diagnostics, InvalidInput } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import { describe } from '../../source/node.ts';
import { shownPath } from '../../source/place.ts';
import { readRegular } from '../../source/read-once.ts';
import { parseYaml } from '../../source/yaml.ts';
import { completionOf } from '../command.ts';
import { UsageError } from '../problem.ts';
import { environmentName, type Setting, settings } from './table.ts';
import { type OptionValue, valueFromText, valueFromYaml, WrongValue } from './value.ts';

export const projectFileName = 'tsplay.yml';

/** A setting that holds, and who says so: `tsplay.yml:3`, `TSPLAY_FORKS`. Without a value it is switched off there. */
export interface Held {
  readonly setting: Setting;
  readonly value: OptionValue | undefined;
  readonly from: string;
}

/** What is written in ansible.cfg and has no effect here. */
export interface Ignored {
  readonly key: string;
  readonly from: string;
}

export interface Project {
  /** Absolute; undefined where there is neither. */
  readonly file?: string;
  readonly held: ReadonlyMap<string, Held>;
  readonly ignored: readonly Ignored[];
}

/**
 * The settings that hold for a playbook, or for the current folder: those of the nearest tsplay.yml, in its folder or in one
 * above; without one those of an ansible.cfg beside it; over both those of the environment. Throws InvalidInput.
 */
export function readProject(playbook: string | undefined): Project {
  const start = playbook === undefined ? process.cwd() : dirname(resolve(playbook));
  const diagnostics = new Diagnostics();
  const own = nearestFile(start);
  const shared = own === undefined ? neighbour(start) : undefined;
  const read =
    own !== undefined
      ? { held: readOwn(own, diagnostics), ignored: [] }
      : shared !== undefined
        ? readAnsible(shared, diagnostics)
        : { held: new Map<string, Held>(), ignored: [] };
  const file = own ?? shared;
  const held = new Map([...read.held, ...fromEnvironment(diagnostics)]);
  if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
  return { ...(file !== undefined && { file }), held, ignored: read.ignored };
}

function nearestFile(folder: string): string | undefined {
  const file = join(folder, projectFileName);
  if (statSync(file, { throwIfNoEntry: false })) return expectOwn(file);
  return dirname(folder) === folder ? undefined : nearestFile(dirname(folder));
}

/** Ansible reads the one of the current folder; beside the playbook is where people expect it too. */
function neighbour(folder: string): string | undefined {
  return [process.cwd(), folder]
    .map((place) => join(place, 'ansible.cfg'))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    .map(expectOwn)[0];
}

/** Such a file names programs that are run: nobody else may be able to write it. */
function expectOwn(file: string): string {
  for (const path of [file, dirname(file)]) {
    const { mode, uid } = statSync(path);
    const sticky = path !== file && (mode & 0o1000) !== 0;
    if ((mode & 0o002) !== 0 && !(sticky && isTrusted(statSync(file).uid)))
      throw new UsageError(
        `${shownPath(file)} is not read: everybody can write ${path === file ? 'it' : 'its folder'}; run: chmod o-w ${shownPath(path)}`,
      );
    if (path === file && !isTrusted(uid))
      throw new UsageError(`${shownPath(file)} is not read: it belongs to another user (uid ${uid})`);
  }
  return file;
}

function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.getuid?.();
}

function readOwn(file: string, diagnostics: Diagnostics): Map<string, Held> {
  const shown = shownPath(file);
  const held = new Map<string, Held>();
  let text: string;
  try {
    text = readRegular(file).toString('utf8');
  } catch (error) {
    throw new UsageError(`${shown} cannot be read: ${(error as Error).message}`);
  }
  const node = parseYaml(shown, text, diagnostics);
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return held;
  if (node.kind !== 'map') {
    diagnostics.error('file-shape', node.place, `${projectFileName} must be a map of settings, not ${describe(node)}`);
    return held;
  }
  for (const { key, keyPlace, value } of node.entries) {
    const setting = settings.find(({ name }) => name === key);
    if (!setting) {
      const hint =
        suggest(
          key,
          settings.map(({ name }) => name),
        ) ?? 'tsplay config lists all';
      diagnostics.error('unknown-setting', keyPlace, `there is no setting '${key}'`, hint);
      continue;
    }
    try {
      const from = `${shown}:${keyPlace.line}`;
      held.set(key, { setting, value: valueFromYaml(setting, value, dirname(file)), from });
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      diagnostics.error('setting-value', value.place, `'${key}' ${error.message}`);
    }
  }
  return held;
}

function fromEnvironment(diagnostics: Diagnostics): Map<string, Held> {
  const held = new Map<string, Held>();
  for (const setting of settings) {
    const from = environmentName(setting);
    const text = process.env[from];
    if (text === undefined || text === '') continue;
    try {
      held.set(setting.name, { setting, value: valueFromText(setting, text, process.cwd()), from });
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      diagnostics.error('setting-value', undefined, `${from} ${error.message}`);
    }
  }
  return held;
}

/** Of ansible.cfg what has the same meaning here. */
function readAnsible(file: string, diagnostics: Diagnostics): { held: Map<string, Held>; ignored: readonly Ignored[] } {
  const shown = shownPath(file);
  const held = new Map<string, Held>();
  const ignored: Ignored[] = [];
  let section = '';
  for (const [index, line] of readRegular(file).toString('utf8').split('\n').entries()) {
    section = /^\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key, written] = /^([\w.]+)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key === undefined) continue;
    const from = `${shown}:${index + 1}`;
    const setting = settings.find(({ ansible = [] }) => ansible.some(([s, k]) => s === section && k === key));
    const text = written!.replace(/\s[;#].*$/, '').trim();
    if (!setting) ignored.push({ key: `${section}.${key}`, from });
    else if (text !== '') {
      try {
        // several inventories are separated by commas there
        const value =
          setting.name === 'inventory'
            ? text.split(',').flatMap((one) => valueFromText(setting, one.trim(), dirname(file)) ?? [])
            : valueFromText(setting, text, dirname(file));
        held.set(setting.name, { setting, value: value as OptionValue | undefined, from });
      } catch (error) {
        if (!(error instanceof WrongValue)) throw error;
        const place = { file: shown, line: index + 1, column: 1 };
        diagnostics.error('setting-value', place, `'${key}' ${error.message}`);
      }
    }
  }
  return { held, ignored };
}
/**
 * The options of a command over the project's settings: what the command line says wins, then the project, then the
 * option's own default. A setting for which the command has no option is left out, but for those that have none anywhere.
 */
export function withSettings<O extends object>(
  options: O,
  command: Pick<Command, 'options' | 'getOptionValueSource'>,
  held: ReadonlyMap<string, Held>,
): O {
  const given = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  const groups = new Set(settings.filter(({ option }) => given(option)).map(({ group }) => group ?? ''));
  const known = new Set(command.options.map((option) => option.attributeName()));
  const more: Record<string, unknown> = {};
  for (const { setting, value } of held.values()) {
    const { option, group = '', choices } = setting;
    if (value === undefined || given(option) || (group !== '' && groups.has(group))) continue;
    if (option === 'rolesPath' ? known.has('inventory') : known.has(option)) {
      const own = command.options.find((o) => o.attributeName() === option);
      const words = own && completionOf(own);
      // the forms of output are not the same for all commands
      if (choices && typeof words === 'function' && !words().includes(String(value))) continue;
      more[option] = value;
    }
  }
  return { ...options, ...more };
}
