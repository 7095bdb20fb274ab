import { basename } from 'node:path/posix';
import { TaskFailure } from '../../engine/module/failure.ts';
import type { Check, Reader } from '../../engine/module/module.ts';
import { cannotTell, cannotTellAny, willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { type Identity } from '../system/identity.ts';
import { type Attributes, attributeDifferences, readWanted, settle, type Wanted } from './attributes.ts';
import { belowDifferences, belowStep, belowWillBe } from './below.ts';
import { pathState, realPath } from './path.ts';
import { type Present } from './path-state.ts';
import { ancestors, disturbed, expectFolder, kindOf, look, lookThrough } from './place.ts';
import { attributeSteps, modeWord, placed, type Step } from './steps.ts';
import { tree } from './tree.ts';

export interface NewFolder {
  readonly path: string;
  readonly will: Attributes;
}

/** The folders that have to be made so that `path` is there, outermost first; it is known not to be there itself. */
export async function missingFolders(
  host: Reader,
  path: string,
  wanted: Wanted,
  me: Identity,
): Promise<readonly NewFolder[]> {
  const above = ancestors(path);
  const states = await Promise.all(above.map((folder) => host.read(pathState(folder))));
  const there = states.findIndex((state) => state.type !== 'absent');
  const missing = [path, ...above.slice(0, there)].toReversed();
  const place = await look(host, missing[0]!);
  expectFolder(place);
  let parent = place.folder;
  return missing.map((folder) => {
    const will = settle(wanted, { type: 'absent' }, parent, me, 'directory');
    parent = { type: 'directory', ...will };
    return { path: folder, will };
  });
}

/**
 * Made one in the other, and in their place only once all have their owners and modes: a run that dies leaves none of them,
 * since the next run could not tell that one which is there should have been another.
 */
export function makeFolders(folders: readonly NewFolder[]): Step {
  const [first, ...inner] = folders.map(({ path }) => path);
  const make = [
    sh`{ for name in ${['new', ...inner.map((path) => basename(path))]}; do mkdir -m 0700 -- "./$name" && hop "$name" && [ -O . ] || exit 1; done`,
    ...folders
      .toReversed()
      .map(({ will }) => sh`adorn . ${`${will.owner}:${will.group}`} ${modeWord(will.mode)} && cd -P .. || exit 1`),
    '}',
  ].join('\n');
  return placed('make', first!, make, true);
}

export function checkAttributes(
  path: string,
  present: Present,
  will: Attributes,
  given: string,
): Check<readonly Step[]> {
  const differences = attributeDifferences(path, present, will);
  return {
    present: attributeSteps(path, present, will, given),
    differences,
    after: [...disturbed(path), willBe(pathState(path), { ...present, ...will })],
    result: { path, state: present.type, ...will },
  };
}

export async function checkFolder(
  host: Reader,
  given: string,
  asked: Wanted,
  recurse: boolean,
): Promise<Check<readonly Step[]>> {
  const [place, { wanted, me }, below] = await Promise.all([
    lookThrough(host, given),
    readWanted(host, asked),
    recurse ? host.read(tree(given)) : [],
  ]);
  const { path, present } = place;
  if (present.type === 'absent') {
    const missing = await missingFolders(host, path, wanted, me);
    return {
      present: [makeFolders(missing)],
      differences: missing.map((f) => ({ what: f.path, from: null, to: 'directory' })),
      after: [
        ...missing.flatMap((f) => [
          ...disturbed(f.path),
          cannotTell(realPath(f.path)),
          cannotTellAny(`realpath:${f.path}/`),
        ]),
        ...missing.map((f) => willBe(pathState(f.path), { type: 'directory' as const, ...f.will })),
        willBe(tree(path), []),
      ],
      result: { path, state: 'directory', ...missing.at(-1)!.will },
    };
  }
  if (present.type !== 'directory')
    throw new TaskFailure(`${path} is ${kindOf(present)}, not a folder`, {
      hint: 'if it is not needed, remove it first with state: absent',
    });
  const itself = checkAttributes(path, present, settle(wanted, present, place.folder, me, 'directory'), given);
  const inside = belowDifferences(path, below, wanted, me.umask);
  return {
    ...itself,
    present: [...(inside.length > 0 ? [belowStep(path, wanted, given)] : []), ...itself.present],
    differences: [...itself.differences, ...inside],
    after: [...itself.after!, ...(recurse ? [willBe(tree(given), belowWillBe(below, wanted, me.umask))] : [])],
  };
}
