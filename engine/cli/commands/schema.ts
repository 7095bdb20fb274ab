import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { editorSettings, schemaOf, sorts } from '../../editor/schemas.ts';
import type { AnyModule } from '../../module/module.ts';
import { suggest } from '../../source/nearest.ts';
import { command, option, orList } from '../command.ts';
import { knownModules } from '../modules.ts';
import { projectOption } from '../options.ts';
import { UsageError } from '../problem.ts';

interface Options {
  readonly outputFolder?: string;
  readonly playbook?: string;
}

export const row = command({
  name: 'schema',
  about: 'write the JSON schemas with which an editor completes and checks playbooks, inventories and roles',
  arguments: [['[sort]', `${orList(Object.keys(sorts))}; without it all of them`, () => Object.keys(sorts)]],
  options: {
    outputFolder: option('-o, --output-folder <folder>', 'write files into this folder', { completion: 'file' }),
    playbook: projectOption,
  },
  action: schemaCommand,
});

/** `tsplay schema`: one JSON schema on standard output, or all of them (or one) as files. Returns the exit code. */
export async function schemaCommand(sort: string | undefined, options: Options): Promise<number> {
  const { outputFolder, playbook } = options;
  if (sort !== undefined && !Object.hasOwn(sorts, sort))
    throw new UsageError(`there is no schema '${sort}'; ${suggest(sort, Object.keys(sorts))}`);
  if (sort === undefined && outputFolder === undefined)
    throw new UsageError(`which one: ${Object.keys(sorts).join(', ')}? All of them: tsplay schema -o .vscode/tsplay`);
  const modules = [...(await knownModules(playbook)).values()];
  if (outputFolder === undefined) process.stdout.write(textOf(sort!, modules));
  else {
    const chosen = sort === undefined ? Object.keys(sorts) : [sort];
    const files = writeSchemas(outputFolder, chosen, modules);
    const settings = JSON.stringify(editorSettings(`./${relative('.', resolve(outputFolder))}`), null, 2);
    process.stdout.write(
      `${files.map((file) => `wrote ${file}`).join('\n')}\n\n` +
        `For VS Code's YAML extension, in .vscode/settings.json:\n${settings}\n` +
        `A file elsewhere names its schema in its first line:\n# yaml-language-server: $schema=${files[0]}\n`,
    );
  }
  return 0;
}

/** Writes schemas into a folder, which is made where it is missing. Returns the files' paths. */
export function writeSchemas(
  folder: string,
  chosen: readonly string[],
  modules: readonly AnyModule[],
): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return chosen.map((sort) => {
    const file = join(folder, `${sort}.json`);
    writeFileSync(file, textOf(sort, modules));
    return file;
  });
}

function textOf(sort: string, modules: readonly AnyModule[]): string {
  return `${JSON.stringify(schemaOf(sort, modules))}\n`;
}
