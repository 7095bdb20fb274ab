import { TaskFailure } from '../../engine/module/failure.ts';
import type { Check, Reader } from '../../engine/module/module.ts';
import { readWanted, settle, type Wanted } from './attributes.ts';
import { contentArgs, expectReplaceable, type FoundFile, judge } from './content.ts';
import { readsAs } from './link.ts';
import { lookThrough } from './place.ts';
import { digestOf, fileText, noFile } from './text.ts';

/** The arguments of every module that changes parts of a text file. */
export const editArgs = {
  path: {
    type: 'string',
    format: 'path',
    description: 'The file. A symbolic link is followed.',
  },
  ...contentArgs,
} as const;

export interface Edited extends Wanted {
  readonly path: string;
  readonly backup: boolean;
  readonly validate?: string;
  readonly unsafe_writes?: boolean;
}

/** Why an edit would change its own result, and what to do: it is refused before anything is written. */
export interface Unstable {
  readonly because: string;
  readonly hint: string;
}

/** If `edit` returns null, a missing file is not created; otherwise the returned text is the file's new content. */
export async function checkEdit(
  host: Reader,
  args: Edited,
  edit: (text: string | null) => string | null,
  unstable?: Unstable,
): Promise<Check<FoundFile | undefined>> {
  const [place, firstText, { wanted, me }] = await Promise.all([
    lookThrough(host, args.path),
    host.read(fileText(args.path)),
    readWanted(host, args),
  ]);
  const { path, present, folder } = place;
  if (present.type === 'directory') throw new TaskFailure(`${path} is a folder, not a text file`);
  const before = present.type === 'absent' ? noFile : path === args.path ? firstText : await host.read(fileText(path));
  if (before.encoding === 'too-large')
    throw new TaskFailure(`${path} is larger than 4 MiB: too large to be changed line by line`);
  if (before.encoding === 'base64')
    throw new TaskFailure(`${path} is not UTF-8 text`, { hint: 'write the whole file with copy or template' });
  const text = edit(before.exists ? before.content : null);
  if (text === null)
    return { present: undefined, differences: [], result: { path }, message: `${path} does not exist` };
  if (unstable && text !== before.content && edit(text) !== text)
    throw new TaskFailure(`each run would change ${path} again: ${unstable.because}`, { hint: unstable.hint });
  const content = Buffer.from(text);
  const file = {
    path,
    content,
    backup: args.backup,
    ...(args.unsafe_writes !== undefined && { unsafe_writes: args.unsafe_writes }),
    replaces: before.exists ? digestOf(before.content) : null,
    ...(args.validate !== undefined && { validate: args.validate }),
    ...(path !== args.path && { via: args.path }),
  };
  const same = before.exists && before.content === text;
  const check = judge(place, file, settle(wanted, present, folder, me, 'file'), same, before);
  await expectReplaceable(host, check.present);
  const after = path === args.path ? check.after : [...(check.after ?? []), ...readsAs(args.path, path)];
  return { ...check, ...(after && { after }), result: { path, ...check.result } };
}
