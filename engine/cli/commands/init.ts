import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { editorSettings, sorts } from '../../editor/schemas.ts';
import { shownPath } from '../../source/place.ts';
import { command } from '../command.ts';
import { knownModules } from '../modules.ts';
import { UsageError } from '../problem.ts';
import { writeSchemas } from './schema.ts';

export const row = command({
  name: 'init',
  about: 'create a working project: playbook, inventory, role, module and editor settings',
  arguments: [['<folder>', 'a new or empty folder']],
  action: initCommand,
});

/** `tsplay init`: a project that runs, in a new or empty folder. Returns the exit code. */
export async function initCommand(folder: string): Promise<number> {
  const path = resolve(folder);
  if (entriesOf(path).length > 0)
    throw new UsageError(`${folder} is not empty: nothing was written; name a folder that does not exist yet`);
  mkdirSync(path, { recursive: true });
  cpSync(starter(), path, { recursive: true });
  renameSync(join(path, 'gitignore'), join(path, '.gitignore')); // npm leaves out files of that name
  const schemas = join('.vscode', 'tsplay');
  writeSchemas(join(path, schemas), Object.keys(sorts), [...(await knownModules(join(path, 'site.yml'))).values()]);
  put(path, '.vscode/settings.json', editorSettings(`./${schemas}`));
  put(path, '.vscode/extensions.json', { recommendations: ['redhat.vscode-yaml'] });
  process.stdout.write(
    `Made a project in ${shownPath(path)}. Next:\n\n  cd ${folder}\n  tsplay run site.yml -i inventory --check\n  tsplay run site.yml -i inventory\n\nREADME.md says what is where.\n`,
  );
  return 0;
}

function put(folder: string, name: string, value: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new UsageError(code === 'ENOTDIR' ? `${path} is a file, not a folder` : message);
  }
}

/** The files of the project: three folders up from the sources, one up from the bundle. */
function starter(): string {
  const places = ['../playbooks/starter', '../../../playbooks/starter'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const found = places.find((place) => existsSync(join(place, 'site.yml')));
  if (found === undefined) throw new Error(`the files of a new project are missing: ${places.join(', ')}`);
  return realpathSync(found);
}
