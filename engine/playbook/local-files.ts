import { readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { nearest } from '../source/nearest.ts';
import { shownPath } from '../source/place.ts';

export type FileFormat = 'local-file' | 'template-file';

/** Where each is searched first. */
export const folders: Readonly<Record<FileFormat, string>> = { 'local-file': 'files', 'template-file': 'templates' };

/** The result of a file search. */
export type Search = { readonly found: string } | { readonly found?: undefined; readonly why: string };

/** Searches each folder's files/ or templates/, then the folder itself. */
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
  return { why: `searched: ${[...new Set(places)].map(shownPath).join(', ')}` };
}

/** A hint for a path that is not a file: what it is, or the most similar name in its folder. */
export function whyNoFile(path: string): string | undefined {
  if (isFolder(path)) return `${shownPath(path)} is a folder, not a file`;
  const folder = dirname(path);
  if (!isFolder(folder)) return `there is no folder ${shownPath(folder)}`;
  const names = readdirSync(folder);
  if (names.includes(basename(path))) return `${shownPath(path)} is a broken link or not a regular file`;
  const near = nearest(basename(path), names);
  return near === undefined ? undefined : `did you mean '${near}'?`;
}

export function isFile(path: string): boolean {
  return statsOf(path)?.isFile() ?? false;
}

export function isThereAndNoFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === false;
}

export function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() ?? false;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // missing, inaccessible, or below a file
  }
}
