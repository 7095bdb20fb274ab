import { isAbsolute, join, resolve } from 'node:path';
import type { Template } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import { type MapEntry, type ScalarNode, toValue } from '../../source/node.ts';
import { shownPath } from '../../source/place.ts';
import type { Context } from '../context.ts';
import { holdsExpression, writtenText } from '../kinds.ts';
import { compileLayerFile, mergeLayers } from '../layers.ts';
import { isFile, isFolder } from '../local-files.ts';
import type { ModuleCall } from '../module-call.ts';
import type { Loop, VariableFiles, VariableLayer } from '../types.ts';
import { readYamlFile } from '../yaml-file.ts';
import { certainName, matching, type NamePattern, possibleNames } from './names.ts';
import { endingsOf, type FolderFilter, filesOfFolder } from './variable-folder.ts';

/** Reads all possible files of an include_vars, so that they are checked before the run. */
export function readVariableFiles({ entries }: ModuleCall, loop: Loop | undefined, context: Context): VariableFiles {
  const scalar = (name: string): ScalarNode | undefined => {
    const value = entries.find(({ key }) => key === name)?.value;
    return value?.kind === 'scalar' && value.value !== null ? value : undefined;
  };
  const places = new VariablePlaces(context);
  const file = scalar('file');
  for (const pattern of file ? possibleNames(file, loop, context) : []) places.addFile(pattern, file!);
  const dir = scalar('dir');
  for (const pattern of dir ? possibleNames(dir, loop, context) : [])
    places.addFolder(pattern, dir!, filterOf(entries));
  const name = scalar('name');
  if (name && holdsExpression(name))
    context.loader.diagnostics.error(
      'argument-value',
      name.place,
      "'name' of include_vars must be text without an expression: uses of the variable are checked before the run",
    );
  const under = name && writtenText(name);
  return {
    layers: [...places.layers.values()].map((layer) => underName(under, layer)),
    choose: (args) => {
      const files = places.choose(args);
      const origin = `include_vars ${files.map(shownPath).join(', ')}`;
      const layer = mergeLayers(
        origin,
        files.map((path) => places.layers.get(path)!),
      );
      return { layer: underName(under, layer), files };
    },
  };
}

/** The constant parts of the filter; dropping expressions only admits more files. */
function filterOf(entries: readonly MapEntry[]): FolderFilter {
  const known = entries.filter(({ value }) =>
    value.kind === 'list' ? !value.items.some(holdsExpression) : !holdsExpression(value),
  );
  return Object.fromEntries(known.map(({ key, value }) => [key, toValue(value)]));
}

class VariablePlaces {
  readonly layers = new Map<string, VariableLayer>();
  readonly #checkedFolders = new Set<string>();
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  addFile(pattern: NamePattern, node: ScalarNode): void {
    const name = certainName(pattern);
    const found =
      name === undefined
        ? this.#folders()
            .flatMap((folder) => matching(pattern, folder))
            .filter((path) => this.#holdsVariables(path))
        : this.#filesNamed(name).filter(isFile).slice(0, 1);
    for (const path of found) this.#read(path);
    if (found.length > 0) return;
    const shown = pattern.map((part) => part ?? '*').join('');
    const searched = this.#filesNamed(shown).map(shownPath).join(', ');
    this.#missing(
      node,
      name === undefined ? `no variables file matches '${shown}'` : `there is no variables file '${shown}'`,
      searched,
    );
  }

  addFolder(pattern: NamePattern, node: ScalarNode, filter: FolderFilter): void {
    const { diagnostics } = this.#context.loader;
    const name = certainName(pattern);
    const folders = (name === undefined ? matching(pattern, this.#base('')) : [this.#base(name)]).filter(isFolder);
    for (const folder of folders) {
      this.#checkedFolders.add(folder);
      const { files, unknown } = filesOfFolder(folder, filter);
      // A folder that only may be meant can contain task files.
      for (const path of files) if (name !== undefined || this.#holdsVariables(path)) this.#read(path);
      if (name !== undefined && unknown.length > 0)
        diagnostics.error('argument-value', node.place, ...wrongEnding(unknown[0]!, filter));
    }
    const shown = pattern.map((part) => part ?? '*').join('');
    if (folders.length === 0) this.#missing(node, `there is no folder '${shown}'`, shownPath(this.#base(shown)));
  }

  /** The files selected by the evaluated arguments. Throws TaskFailure. */
  choose({ file, dir, ...filter }: Readonly<Record<string, unknown>>): readonly string[] {
    if (typeof file === 'string') {
      const places = this.#filesNamed(file);
      const found = places.find(isFile);
      if (found !== undefined && this.layers.has(found)) return [found];
      if (found !== undefined) throw this.#unchecked(found);
      throw new TaskFailure(`there is no variables file '${file}'`, {
        hint: `searched: ${places.map(shownPath).join(', ')}`,
      });
    }
    const folder = this.#base(String(dir));
    if (!isFolder(folder)) throw new TaskFailure(`there is no folder ${shownPath(folder)}`);
    // Before it is read: a host may have chosen it, and it could be the whole disk.
    if (!this.#checkedFolders.has(folder)) throw this.#unchecked(folder);
    const { files, unknown } = filesOfFolder(folder, filter);
    if (unknown.length > 0) {
      const [message, hint] = wrongEnding(unknown[0]!, filter);
      throw new TaskFailure(message, { hint });
    }
    const strange = files.find((path) => !this.layers.has(path));
    if (strange !== undefined) throw this.#unchecked(strange);
    return files;
  }

  #unchecked(path: string): TaskFailure {
    return new TaskFailure(`${shownPath(path)} is not among the files checked before the run`, {
      hint: `an expression can match only a name without a slash; checked: ${[...this.layers.keys()].map(shownPath).join(', ')}`,
    });
  }

  #missing(node: ScalarNode, message: string, searched: string): void {
    this.#context.loader.diagnostics.error('missing-file', node.place, message, `searched: ${searched}`);
  }

  #read(path: string): void {
    const { loader } = this.#context;
    if (this.layers.has(path)) return;
    this.layers.set(
      path,
      compileLayerFile(`include_vars ${shownPath(path)}`, readYamlFile(path, loader), loader.diagnostics),
    );
  }

  #holdsVariables(path: string): boolean {
    return /\.(ya?ml|json)$/.test(path) && isFile(path) && readYamlFile(path, this.#context.loader)?.kind !== 'list';
  }

  #folders(): readonly string[] {
    const { searchPath } = this.#context;
    return [...new Set(searchPath.flatMap((folder) => [join(folder, 'vars'), folder]))];
  }

  #filesNamed(name: string): readonly string[] {
    return isAbsolute(name) ? [name] : this.#folders().map((folder) => resolve(folder, name));
  }

  /** As in Ansible: in the role's vars/, or beside the task file. */
  #base(dir: string): string {
    const { role, folder } = this.#context;
    if (!role) return resolve(folder, dir);
    return dir === 'vars' || dir.startsWith('vars/') ? resolve(role.path, dir) : resolve(role.path, 'vars', dir);
  }
}

function wrongEnding(path: string, filter: FolderFilter): [string, string] {
  const endings = endingsOf(filter).join(', ');
  return [
    `${shownPath(path)} has none of the extensions ${endings}`,
    'ignore it with ignore_unknown_extensions: true, or add its extension to extensions',
  ];
}

/** Wraps all variables in one map variable. */
function underName(name: string | undefined, layer: VariableLayer): VariableLayer {
  const [first] = layer.variables.values();
  if (name === undefined || !first) return layer;
  const entries = [...layer.variables].map(([key, { value }]) => [key, value] as const);
  const value: Template = {
    place: first.place,
    constant: entries.every(([, part]) => part.constant),
    references: entries.flatMap(([, part]) => part.references),
    expressions: entries.flatMap(([, part]) => part.expressions ?? []),
    evaluate: (scope) => {
      const map = Object.create(null) as Record<string, unknown>; // no prototype, so that no key has a special meaning
      for (const [key, part] of entries) map[key] = part.evaluate(scope);
      return map;
    },
  };
  return { origin: layer.origin, variables: new Map([[name, { ...first, value }]]) };
}
