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

/** The possible files of an include_tasks. */
export function taskChoices(main: ScalarNode, loop: Loop | undefined, context: Context): Choices {
  const { diagnostics } = context.loader;
  const files = new Map<string, boolean>(); // the value: whether the match is certain
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
      diagnostics.error('missing-file', main.place, `no task file matches '${like}'`, `searched: ${folders}`);
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

/** Task files that match a pattern; a name ending in an expression matches only files with a YAML extension. */
function filesLike(pattern: NamePattern, context: Context): readonly string[] {
  const found = taskFolders(context).flatMap((folder) => matching(pattern, folder));
  const yaml = pattern.at(-1) === undefined ? found.filter((path) => /\.(ya?ml|json)$/.test(path)) : found;
  return [...new Set(yaml.map((path) => resolve(path)))].filter((path) => isFile(path) && holdsTasks(path, context));
}

/** Excludes playbooks and variables files that happen to match. */
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
