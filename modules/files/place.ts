import { dirname } from 'node:path/posix';
import { refusal, refused } from '../../engine/module/anchored.ts';
import { TaskFailure } from '../../engine/module/failure.ts';
import type { Reader } from '../../engine/module/module.ts';
import { allWillBe, cannotTell, cannotTellAny, type Prediction, type Probe } from '../../engine/module/probe.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { inode, pathState, realPath } from './path.ts';
import { absentPath, type PathState, type Present } from './path-state.ts';
import { noFile } from './text.ts';
import { tree } from './tree.ts';

/** A path, what is there, and its folder. */
export interface Place {
  readonly path: string;
  readonly present: PathState;
  readonly folder: PathState;
}

/** For things that the task only reads: they stay known even if the task's effect is not. */
export const untouched = <T>(probe: Probe<T>): Probe<T> => ({ ...probe, fixed: true });

/**
 * One round trip, unless the folder is a link: then its target is read too. `toRead`: nothing is to be changed there, so
 * it does not matter whose link that is.
 */
export async function look(host: Reader, path: string, toRead = false): Promise<Place> {
  const above = dirname(path);
  const [present, folder] = await Promise.all([host.read(pathState(path)), host.read(untouched(pathState(above)))]);
  if (folder.type === 'link') return { path, present, folder: await followed(host, above, folder, toRead) };
  // A folder that an earlier task would remove takes with it what is in it.
  return { path, present: folder.type === 'absent' ? absentPath : present, folder };
}

/** Like `look`, for the target of a link at `path`. */
export async function lookThrough(host: Reader, path: string): Promise<Place> {
  const place = await look(host, path);
  if (place.present.type !== 'link') return place;
  const [real] = await Promise.all([host.read(realPath(path)), expectFollowable(host, path)]);
  if (real === null)
    throw new TaskFailure(`${path} is a symbolic link to ${place.present.target}, which leads nowhere`);
  return look(host, real);
}

/** Why there is no file to be read at a path where `look` has found this. */
export async function whyNoFile(
  host: Reader,
  { path, present }: Place,
): Promise<{ message: string; isMissing: boolean }> {
  if (present.type === 'absent') return { message: `${path} does not exist`, isMissing: true };
  if (present.type !== 'link') return { message: `${path} is ${kindOf(present)}, not a file`, isMissing: false };
  const real = await host.read(realPath(path));
  const end = real === null ? absentPath : await host.read(pathState(real));
  const link = `${path} is a symbolic link to ${present.target}`;
  if (end.type === 'absent') return { message: `${link}, which leads nowhere`, isMissing: true };
  return { message: `${link}, which is ${kindOf(end)}, not a file`, isMissing: false };
}

export function kindOf(present: Present): string {
  if (present.type === 'directory') return 'a folder';
  return present.type === 'other' ? 'a device, a socket or a pipe' : `a ${present.type}`;
}

/** A link that another user could have put there, to what is not theirs, is an error in check mode as well. */
async function expectFollowable(host: Reader, link: string): Promise<void> {
  const why = await unlessUnknown(host.read(refusal(link)));
  if (typeof why === 'string') throw refused(why);
}

async function followed(host: Reader, path: string, link: PathState, toRead: boolean): Promise<PathState> {
  const [real] = await Promise.all([
    link.type === 'link' ? host.read(realPath(path)) : path,
    toRead ? undefined : expectFollowable(host, path),
  ]);
  return real === null ? absentPath : host.read(pathState(real));
}

/** Reported before anything is written: a file needs its folder. */
export function expectFolder({ path, folder }: Place): void {
  const above = dirname(path);
  if (folder.type === 'absent')
    throw new TaskFailure(`${path} cannot be created: the folder ${above} does not exist`, {
      hint: `create it first: file: {path: ${above}, state: directory}`,
    });
  if (folder.type !== 'directory') throw new TaskFailure(`${path} cannot be created: ${above} is not a folder`);
}

/** The folders that a path is in, innermost first; the last is `/`. */
export function ancestors(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...ancestors(above)];
}

/** What later observations cannot know once something is made, changed or removed at a path. */
export function disturbed(path: string): Prediction[] {
  return [
    cannotTell(inode(path)),
    cannotTell(inode(dirname(path))),
    ...ancestors(path).map((folder) => cannotTell(tree(folder))),
  ];
}

/** What later observations find below a path where nothing is any more. */
export function nothingBelow(path: string): Prediction[] {
  const below = { path: absentPath, file: noFile, digest: null, inode: null, realpath: null, tree: [] };
  return Object.entries(below).map(([subject, value]) => allWillBe(`${subject}:${path}/`, value));
}

/** A link leads elsewhere: what is below it is that of another folder. */
export function anythingBelow(path: string): Prediction[] {
  return ['path', 'file', 'digest', 'inode', 'realpath', 'tree'].map((subject) => cannotTellAny(`${subject}:${path}/`));
}
