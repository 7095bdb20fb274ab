import { dirname, resolve } from 'node:path/posix';
import { TaskFailure } from '../../engine/module/failure.ts';
import type { Check, Reader } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, willBe, willReadAs } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { readWanted, settle, type Wanted } from './attributes.ts';
import { inode, pathState, realPath, sameFile } from './path.ts';
import { type PathState, type Present } from './path-state.ts';
import { anythingBelow, disturbed, expectFolder, look, untouched } from './place.ts';
import { placed, type Step } from './steps.ts';
import { fileDigest, fileText } from './text.ts';

export async function checkLink(
  host: Reader,
  path: string,
  target: string,
  asked: Wanted,
  force: boolean,
): Promise<Check<readonly Step[]>> {
  const [place, { wanted, me }] = await Promise.all([look(host, path), readWanted(host, asked)]);
  const { present } = place;
  expectFolder(place);
  expectReplaceable(path, present, force);
  const fresh = settle(wanted, { type: 'absent' }, place.folder, me, 'file');
  const right = present.type === 'link' && present.target === target;
  const will = {
    owner: wanted.owner ?? (right ? present.owner : fresh.owner),
    group: wanted.group ?? (right ? present.group : fresh.group),
  };
  const owned = right && present.owner === will.owner && present.group === will.group;
  return {
    present: [
      ...(right
        ? []
        : [placed('make the link', path, sh`ln -s -- ${target} new && chown -h ${`${will.owner}:${will.group}`} new`)]),
      ...(!right || owned
        ? []
        : [{ what: 'set the owner of', path, script: sh`chown -h ${`${will.owner}:${will.group}`} "./$name"` }]),
    ],
    differences: right
      ? (['owner', 'group'] as const)
          .filter((n) => present[n] !== will[n])
          .map((n) => ({ what: `${n} of ${path}`, from: present[n], to: will[n] }))
      : [{ what: path, from: nameOf(present), to: `link to ${target}` }],
    after: [
      willBe(pathState(path), { type: 'link', mode: '0777', ...will, target }),
      ...(right ? [] : [...throughChanges(path), ...anythingBelow(path), ...(await through(host, path, target))]),
    ],
    result: { path, dest: path, src: target, state: 'link', ...will },
  };
}

export async function checkHardLink(
  host: Reader,
  path: string,
  source: string,
  force: boolean,
): Promise<Check<readonly Step[]>> {
  const src = resolve(dirname(path), source);
  const [place, from, same] = await Promise.all([
    look(host, path),
    host.read(pathState(src)),
    host.read(sameFile(path, src)),
  ]);
  const { present } = place;
  expectFolder(place);
  if (from.type === 'absent') throw new TaskFailure(`${src} does not exist: a hard link is a second name for a file`);
  if (from.type === 'directory') throw new TaskFailure(`${src} is a folder: only files can have hard links`);
  const result = { path, dest: path, src, state: 'hard', owner: from.owner, group: from.group, mode: from.mode };
  if (same && present.type === from.type) return { present: [], differences: [], result };
  expectReplaceable(path, present, force);
  return {
    present: [placed('make the link', path, linked(src, from.type))],
    differences: [{ what: path, from: nameOf(present), to: `hard link to ${src}` }],
    after: [
      willBe(pathState(path), from),
      willBe(sameFile(path, src), true),
      cannotTell(inode(src)),
      ...throughChanges(path),
    ],
    result,
  };
}

/** A second name for what is at `src` itself: a link there is not followed. */
function linked(src: string, type: Present['type']): string {
  const same = type === 'link' ? '[ -L new ]' : '[ ! -L new ]';
  return `${sh`reach ${src} && ln -- "./$name" /proc/self/fd/4/new && cd -P /proc/self/fd/4`} && ${same}`;
}

function expectReplaceable(path: string, present: PathState, force: boolean): void {
  if (present.type === 'directory')
    throw new TaskFailure(`${path} is a folder: it is not replaced by a link`, {
      hint: 'remove it first with state: absent',
    });
  if (present.type !== 'absent' && present.type !== 'link' && !force)
    throw new TaskFailure(`${path} is a file: it is not replaced by a link`, { hint: 'set force: true to replace it' });
}

function nameOf(present: PathState): string | null {
  if (present.type === 'absent') return null;
  return present.type === 'link' ? `link to ${present.target}` : present.type;
}

/** What is seen through the new link, where that can be known. */
async function through(host: Reader, path: string, target: string): Promise<readonly Prediction[]> {
  const end = resolve(dirname(path), target);
  if (end === path || end.startsWith(`${path}/`)) return [];
  const [at, real] = await Promise.all([
    unlessUnknown(host.read(untouched(pathState(end)))),
    unlessUnknown(host.read(untouched(realPath(end)))),
  ]);
  if (at?.type !== 'file' || typeof real !== 'string') return [];
  return [willBe(realPath(path), real), ...readsAs(path, real)];
}

/** A link and the file that it leads to: what later tasks make of one is seen at the other. */
export function readsAs(link: string, real: string): Prediction[] {
  return [willReadAs(fileText(link), fileText(real)), willReadAs(fileDigest(link), fileDigest(real))];
}

function throughChanges(path: string): Prediction[] {
  return [cannotTell(fileText(path)), cannotTell(fileDigest(path)), cannotTell(realPath(path)), ...disturbed(path)];
}
