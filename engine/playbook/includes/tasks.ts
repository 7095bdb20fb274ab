import { resolve } from 'node:path';
import { TaskFailure } from '../../module/failure.ts';
import type { ScalarNode } from '../../source/node.ts';
import { shownPath } from '../../source/place.ts';
import type { Context } from '../context.ts';
import { isFile } from '../local-files.ts';
import type { Loop } from '../types.ts';
import { readYamlFile } from '../yaml-file.ts';
import type { Choices } from './candidate.ts';
import { findTasks, taskFolders, tasksIn } from './imports.ts';
import { certainName, matching, type NamePattern, possibleNames } from './names.ts';

/** The files that the name of an include_tasks can mean. */
export function taskChoices(main: ScalarNode, loop: Loop | undefined, context: Context): Choices {
  const { diagnostics } = context.loader;
  const files = new Map<string, boolean>(); // with whether it is certain
  for (const pattern of possibleNames(main, loop, context)) {
    const name = certainName(pattern);
    const search = name === undefined ? undefined : findTasks(name, context);
    if (search?.found !== undefined) files.set(search.found, true);
    else if (search) diagnostics.error('missing-file', main.place, `there is no task file '${name}'`, search.why);
    else {
      const found = filesLike(pattern, context);
      for (const file of found) if (!files.has(file)) files.set(file, false);
      if (found.length > 0) continue;
      const like = pattern.map((part) => part ?? '*').join('');
      const folders = taskFolders(context).map(shownPath).join(', ');
      diagnostics.error('missing-file', main.place, `there is no task file like '${like}'`, `looked in: ${folders}`);
    }
  }
  return {
    names: new Map([['file', main]]),
    choices: [...files].map(([file, certain]) => ({
      key: file,
      title: shownPath(file),
      certain,
      read: (inside) => tasksIn(file, inside),
    })),
    find: (names) => {
      const name = names.get('file')!;
      const search = findTasks(name, context);
      if (search.found !== undefined) return search.found;
      throw new TaskFailure(`there is no task file '${name}'`, { hint: search.why });
    },
  };
}

/** Files of tasks that a pattern fits; a name that is nothing but an expression fits what is YAML by its name. */
function filesLike(pattern: NamePattern, context: Context): readonly string[] {
  const found = taskFolders(context).flatMap((folder) => matching(pattern, folder));
  const yaml = pattern.at(-1) === undefined ? found.filter((path) => /\.(ya?ml|json)$/.test(path)) : found;
  return [...new Set(yaml.map((path) => resolve(path)))].filter((path) => isFile(path) && holdsTasks(path, context));
}

/** A playbook or a file of variables that happens to fit is not meant. */
function holdsTasks(path: string, { loader }: Context): boolean {
  const node = readYamlFile(path, loader);
  return (
    node?.kind === 'list' &&
    node.items.every(
      (item) =>
        item.kind === 'map' && !item.entries.some(({ key }) => key === 'hosts' || key.endsWith('import_playbook')),
    )
  );
}
