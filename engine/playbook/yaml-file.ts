import { join } from 'node:path';
import type { SourceNode } from '../source/node.ts';
import { shownPath } from '../source/place.ts';
import { readRegular } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { parseYaml } from '../source/yaml.ts';
import { openFile, openValues } from '../vault/values.ts';
import type { Loader } from './context.ts';
import { isThereAndNoFolder } from './local-files.ts';
import { markFileSecrets } from './mark-secrets.ts';

/** Reads and decrypts a YAML file. Its places show the path relative to the working directory. */
export function readYamlFile(path: string, loader: Loader): SourceNode | undefined {
  if (!loader.yamlFiles.has(path)) loader.yamlFiles.set(path, readFile(path, loader));
  return loader.yamlFiles.get(path);
}

function readFile(path: string, loader: Loader): SourceNode | undefined {
  const { diagnostics, vault } = loader;
  const shown = shownPath(path);
  let bytes: Buffer;
  try {
    bytes = readRegular(path);
  } catch (error) {
    diagnostics.error(
      'unreadable-file',
      { file: shown, line: 1, column: 1 },
      `${shown} cannot be read: ${problemOf(error)}`,
    );
    return undefined;
  }
  const file = openFile(shown, bytes, vault, diagnostics);
  const parsed = file && parseYaml(shown, file.content.toString('utf8'), diagnostics);
  const node = parsed && openValues(parsed, vault, diagnostics);
  if (node && file.encrypted) markFileSecrets(node, loader);
  return node;
}

/** The file of this name in a folder, with or without a YAML extension. What is no file is not passed over: reading it says so. */
export function firstFile(folder: string, name: string): string | undefined {
  return [name, `${name}.yml`, `${name}.yaml`].map((n) => join(folder, n)).find(isThereAndNoFolder);
}
