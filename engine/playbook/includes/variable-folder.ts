import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { search } from '../../expressions/functions/search.ts';
import { isFolder } from '../local-files.ts';

/** Selects the files of a folder that an include_vars reads. */
export interface FolderFilter {
  readonly depth?: number;
  readonly extensions?: readonly string[];
  readonly ignore_unknown_extensions?: boolean;
  readonly files_matching?: string;
  readonly ignore_files?: readonly string[];
}

/** The files in reading order: those of the folder by name, then those of its subfolders. */
export function filesOfFolder(
  folder: string,
  filter: FolderFilter,
  level = 1,
): { readonly files: readonly string[]; readonly unknown: readonly string[] } {
  const files: string[] = [];
  const unknown: string[] = [];
  const folders: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (isFolder(path)) folders.push(path);
    else if (isLeftOut(name, filter)) continue;
    else if (hasEnding(name, filter)) files.push(path);
    else if (!filter.ignore_unknown_extensions) unknown.push(path);
  }
  const deeper = (filter.depth ?? 0) === 0 || level < filter.depth!;
  for (const inner of deeper ? folders : []) {
    const below = filesOfFolder(inner, filter, level + 1);
    files.push(...below.files);
    unknown.push(...below.unknown);
  }
  return { files, unknown };
}

function hasEnding(name: string, filter: FolderFilter): boolean {
  return endingsOf(filter).includes(/\.([^.]*)$/.exec(name)?.[1] ?? '');
}

export function endingsOf({ extensions }: FolderFilter): readonly string[] {
  return extensions ?? ['yaml', 'yml', 'json'];
}

function isLeftOut(name: string, { files_matching: matching, ignore_files: ignored }: FolderFilter): boolean {
  if (matching !== undefined && !search(name, matching)) return true;
  return (ignored ?? []).some((pattern) => search(name, `${pattern}$`));
}
