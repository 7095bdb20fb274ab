import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import { shownPath } from '../source/place.ts';
import { parseYaml } from '../source/yaml.ts';
import { isFile } from './local-files.ts';

/** Reads one YAML file of the user. Places in it show the path as a person types it. */
export function readYamlFile(path: string, diagnostics: Diagnostics): SourceNode | undefined {
  const shown = shownPath(path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    diagnostics.error(
      'unreadable-file',
      { file: shown, line: 1, column: 1 },
      `${shown} cannot be read: ${(error as Error).message}`,
    );
    return undefined;
  }
  if (text.startsWith('$ANSIBLE_VAULT;')) {
    diagnostics.error(
      'not-supported-yet',
      { file: shown, line: 1, column: 1 },
      'files that are encrypted as a whole are not supported yet',
      'encrypt the values: !vault',
    );
    return undefined;
  }
  return parseYaml(shown, text, diagnostics);
}

/** The file of this name in a folder, with or without the endings that YAML files have. */
export function firstFile(folder: string, name: string): string | undefined {
  return [name, `${name}.yml`, `${name}.yaml`].map((n) => join(folder, n)).find(isFile);
}
