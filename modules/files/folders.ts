import { dirname } from 'node:path/posix';
import type { Reader } from '../../engine/contract/module.ts';
import { type Identity, pathState } from '../probes/path.ts';
import { type Attributes, settle, type Wanted } from './attributes.ts';
import { expectFolder, look } from './place.ts';

export interface NewFolder {
  readonly path: string;
  readonly will: Attributes;
}

/** The folders that have to be made so that `path` is there, outermost first; it is known not to be there itself. */
export async function missingFolders(host: Reader, path: string, wanted: Wanted, me: Identity): Promise<readonly NewFolder[]> {
  const above = ancestors(path);
  const states = await Promise.all(above.map((folder) => host.read(pathState(folder))));
  const there = states.findIndex((state) => state.type !== 'absent');
  const missing = [path, ...above.slice(0, there)].reverse();
  const place = await look(host, missing[0]!);
  expectFolder(place);
  let parent = place.folder;
  return missing.map((folder) => {
    const will = settle(wanted, { type: 'absent' }, parent, me, 'directory');
    parent = { type: 'directory', ...will };
    return { path: folder, will };
  });
}

/** The folders that a path is in, innermost first; the last is `/`. */
function ancestors(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...ancestors(above)];
}
