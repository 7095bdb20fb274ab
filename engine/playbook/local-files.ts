import { readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { nearest } from '../source/nearest.ts';
import { shownPath } from '../source/place.ts';

export type FileFormat = 'local-file' | 'template-file';

const folders: Readonly<Record<FileFormat, string>> = { 'local-file': 'files', 'template-file': 'templates' };

/** A file was looked for in these places, and found or not. */
export type Search = { readonly found: string } | { readonly found?: undefined; readonly why: string };

/** Looks a name up along the search path: in each folder's files/ or templates/ first, then in the folder itself. */
export function findFile(name: string, format: FileFormat, searchPath: readonly string[]): Search {
  const places = isAbsolute(name)
    ? [name]
    : searchPath.flatMap((folder) => [resolve(folder, folders[format], name), resolve(folder, name)]);
  let folder: string | undefined;
  for (const place of new Set(places)) {
    if (isFile(place)) return { found: place };
    if (isFolder(place)) folder ??= place;
  }
  if (folder !== undefined) return { why: `${shownPath(folder)} is a folder, not a file` };
  return { why: `looked for: ${[...new Set(places)].map(shownPath).join(', ')}` };
}

/** For a person who named a file that is none: what it is, or the nearest name beside it. */
export function whyNoFile(path: string): string | undefined {
  if (isFolder(path)) return `${shownPath(path)} is a folder, not a file`;
  const folder = dirname(path);
  if (!isFolder(folder)) return `there is no folder ${shownPath(folder)}`;
  const names = readdirSync(folder);
  if (names.includes(basename(path))) return `${shownPath(path)} leads to no file`;
  const near = nearest(basename(path), names);
  return near === undefined ? undefined : `did you mean '${near}'?`;
}

export function isFile(path: string): boolean {
  return lookAt(path)?.isFile() ?? false;
}

export function isFolder(path: string): boolean {
  return lookAt(path)?.isDirectory() ?? false;
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // not there, not to be reached, or below a file: it cannot be used
  }
}
