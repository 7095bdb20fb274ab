import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { TaskFailure } from '../module/failure.ts';
import { shownPath } from '../source/place.ts';
import { type FileFormat, folders, isFile, type Search } from './local-files.ts';

/** A name of which a host has sent a part: see arguments/computed-name.ts. */
interface Chosen {
  readonly text: string;
  readonly base: string;
}

/**
 * Finds a file that a host has a part in choosing. It can choose among the files below the folder that the playbook writes
 * before that part, and else only below files/ or templates/: everything beside a playbook would include its inventory.
 * Throws a TaskFailure where the name leads elsewhere, by `..`, as an absolute path or through a link.
 */
export function findFileBelow(name: Chosen, format: FileFormat, searchPath: readonly string[]): Search {
  const { text, base } = name;
  const own = searchPath.map((folder) => ({ root: folder, folder: resolve(folder, folders[format], base) }));
  const beside = base === '' ? [] : searchPath.map((folder) => ({ root: folder, folder: resolve(folder, base) }));
  const places = isAbsolute(base)
    ? [{ root: base, folder: base }]
    : own.flatMap((place, i) => [place, beside[i] ?? place]);
  for (const { root, folder } of places) {
    const path = pathBelow(name, folder);
    if (!isFile(path)) continue;
    if (!isWithin(real(path), real(folder)) && !isWithin(real(path), real(root))) throw leads(text, folder);
    return { found: path };
  }
  const searched = [...new Set(places.map(({ folder }) => shownPath(folder)))].join(', ');
  return { why: `a part of the name comes from a host, so it is searched only below ${searched}` };
}

/** Checks a path to be written in which a host has a part, and returns it. */
export function placeBelow(name: Chosen): string {
  const { text, base } = name;
  if (base === '')
    throw new TaskFailure(`'${text}' begins with text from a host`, {
      hint: 'begin the path with a folder, so that the host cannot choose any file on this machine: fetched/{{ … }}',
    });
  const path = pathBelow(name, resolve(base));
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  if (existsSync(base) && !isWithin(join(real(there), 'x'), real(base))) throw leads(text, base);
  return text;
}

function pathBelow({ text, base }: Chosen, folder: string): string {
  const rest = text.slice(base.length);
  if ((base === '' && isAbsolute(rest)) || rest.includes('\0') || rest.split('/').includes('..'))
    throw leads(text, folder);
  return join(folder, rest);
}

function leads(text: string, folder: string): TaskFailure {
  return new TaskFailure(`'${text}' leads out of ${shownPath(resolve(folder))}, and a part of it comes from a host`, {
    hint: 'a fact or a result can only name something below the folder that is written before it',
  });
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Without links; a path that cannot be followed is itself. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
