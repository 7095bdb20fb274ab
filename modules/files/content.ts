import { TaskFailure } from '../../engine/module/failure.ts';
import type { Changed, Check, Difference, Reader, Writer } from '../../engine/module/module.ts';
import { type Prediction, willBe } from '../../engine/module/probe.ts';
import { isMountPoint } from '../../engine/module/replace-file.ts';
import { type Attributes, attributeArgs, attributeDifferences, readWanted, settle, type Wanted } from './attributes.ts';
import { readsAs } from './link.ts';
import { mountPoint, pathState } from './path.ts';
import type { PathState } from './path-state.ts';
import { disturbed, expectFolder, look, lookThrough, type Place } from './place.ts';
import { attributeSteps, takeSteps } from './steps.ts';
import { digestOf, type FileText, fileDigest, fileText, fileTextOf, noFile } from './text.ts';

/** The arguments of every module that writes a whole file. */
export const contentArgs = {
  ...attributeArgs,
  backup: {
    type: 'boolean',
    default: false,
    description: 'Keep the old file next to the new one, under a name with a timestamp.',
  },
  validate: {
    type: 'string',
    pattern: '%s',
    description: 'Command that must succeed before the old file is replaced; `%s` is the path of the new one.',
  },
  unsafe_writes: {
    type: 'boolean',
    description:
      "Where the file cannot be replaced, as a mount point cannot (a container's `/etc/hosts`), write into it; whoever reads it meanwhile may see half of it. Default: false.",
  },
} as const;

/** Of modules that replace what is at a path. */
export const followArg = {
  type: 'boolean',
  description:
    'Where a symbolic link is at the path, write the file that it leads to. Default: false, the link is replaced.',
} as const;

export const contentReturns = {
  checksum: { type: 'string', description: 'SHA-256 of the content, in hex.' },
  owner: { type: 'string', description: 'The name of the owner.' },
  group: { type: 'string', description: 'The name of the group.' },
  mode: { type: 'string', description: 'Four octal digits.' },
  size: { type: 'integer', description: 'In bytes.' },
  state: { const: 'file', description: 'What is at the path.' },
  backup_file: { type: 'string', description: 'Path of the backup, if one was made.' },
} as const;

export interface WantedFile extends Wanted {
  readonly path: string;
  readonly content: Buffer;
  readonly backup: boolean;
  readonly validate?: string;
  readonly unsafe_writes?: boolean;
  /** The path as it was given, where links lead from it to `path`. */
  readonly via?: string;
  /** SHA-256 of the text that the content was made from; null: there was no file. */
  readonly replaces?: string | null;
}

export interface FoundFile {
  readonly file: WantedFile;
  readonly will: Attributes;
  /** What is at the path now. */
  readonly at: PathState;
  /** Whether the file must be rewritten; otherwise only its attributes are set. */
  readonly rewrite: boolean;
}

const readAtOnce = 64 * 1024;
const shownWhole = 1024 * 1024;

/**
 * A file with this content at this place. What is small is read at once, so that a change can be shown without a second look;
 * of what is larger the digest decides, and only a file that differs is read.
 */
export async function checkContent(host: Reader, given: WantedFile, follow = false): Promise<Check<FoundFile>> {
  const real = follow ? (await lookThrough(host, given.path)).path : given.path;
  const file = real === given.path ? given : { ...given, path: real, via: given.path };
  const { path, content } = file;
  const small = content.length <= readAtOnce;
  const [place, settled, text, digest] = await Promise.all([
    look(host, path),
    readWanted(host, file),
    small ? host.read(fileText(path)) : undefined,
    small ? undefined : host.read(fileDigest(path)),
  ]);
  if (place.present.type === 'directory')
    throw new TaskFailure(`${path} is a folder`, {
      hint: `name the file in it, as in ${path}/NAME; with src, ${path}/ keeps the name of the source`,
    });
  const there = place.present.type === 'file' || place.present.type === 'link';
  const same = there && (text ? text.exists && bytesOf(text)?.equals(content) === true : digest === digestOf(content));
  const before = !there
    ? noFile
    : (text ?? (same || content.length > shownWhole ? undefined : await host.read(fileText(path))));
  const will = settle(settled.wanted, place.present, place.folder, settled.me, 'file');
  const check = judge(place, file, will, same, before);
  await expectReplaceable(host, check.present);
  return path === given.path ? check : { ...check, after: [...check.after!, ...readsAs(given.path, path)] };
}

/** Said before anything is written; of a file that stays as it is, nobody asks. */
export async function expectReplaceable(host: Reader, { file, at, rewrite }: FoundFile): Promise<void> {
  if (!rewrite || at.type !== 'file' || file.unsafe_writes === true) return;
  if (await host.read(mountPoint(file.path))) throw isMountPoint(file.path);
}

/** The check of a file whose content now and then is known; `before` is missing where it was not worth reading. */
export function judge(
  place: Place,
  file: WantedFile,
  will: Attributes,
  same: boolean,
  before: FileText | undefined,
): Check<FoundFile> {
  const { path, content } = file;
  const { present } = place;
  expectFolder(place);
  if (present.type === 'directory') throw new TaskFailure(`${path} is a folder`);
  if (present.type === 'other')
    throw new TaskFailure(`${path} is not a regular file`, {
      hint: 'it is a device, a socket or a pipe, and is left unchanged',
    });
  const differences: Difference[] = [];
  if (present.type === 'link')
    differences.push({ what: `type of ${path}`, from: `symbolic link to ${present.target}`, to: 'file' });
  if (!same) differences.push(contentDifference(path, before, content, will));
  const rewrite = differences.length > 0;
  differences.push(...attributeDifferences(path, present, will));
  return {
    present: { file, will, at: present, rewrite },
    differences,
    after: rewrite ? fileWillBe(path, content, will) : attributesWillBe(path, will),
    result: { ...will, checksum: digestOf(content), size: content.length, state: 'file' },
  };
}

/** What later tasks read of a file that was written whole. */
export function fileWillBe(path: string, content: Buffer, will: Attributes): Prediction[] {
  return [
    ...attributesWillBe(path, will),
    willBe(fileText(path), fileTextOf(content)),
    willBe(fileDigest(path), digestOf(content)),
  ];
}

function attributesWillBe(path: string, will: Attributes): Prediction[] {
  return [willBe(pathState(path), { type: 'file', ...will }), ...disturbed(path)];
}

/** Of a file that not everyone may read only the digest is shown: a difference is seen by more people than the file. */
function contentDifference(path: string, before: FileText | undefined, content: Buffer, will: Attributes): Difference {
  const after = fileTextOf(content);
  const isPrivate = (Number.parseInt(will.mode, 8) & 0o004) === 0;
  const whole = !isPrivate && showable(before) && showable(after);
  const instead = (text: FileText | undefined, bytes: Buffer | undefined): string =>
    summary(isPrivate ? `not shown (mode ${will.mode})` : whyNot(text), bytes);
  return {
    what: `content of ${path}`,
    from: before?.exists === false ? null : whole ? before!.content : instead(before, before && bytesOf(before)),
    to: whole ? after.content : instead(after, content),
  };
}

/** Why a text is not shown; the reason may also be the text it is compared with. */
function whyNot(text: FileText | undefined): string | undefined {
  if (text === undefined || text.encoding === 'too-large' || text.content.length > shownWhole)
    return 'too large to be shown';
  return text.encoding === 'base64' ? 'binary' : undefined;
}

function showable(text: FileText | undefined): boolean {
  return text?.encoding === 'utf8' && text.content.length <= shownWhole;
}

function summary(why: string | undefined, bytes: Buffer | undefined): string {
  const what = bytes ? `${bytes.length} bytes, sha256 ${digestOf(bytes)}` : 'another content';
  return why === undefined ? what : `${why}: ${what}`;
}

export function bytesOf(text: FileText): Buffer | undefined {
  return text.encoding === 'too-large' ? undefined : Buffer.from(text.content, text.encoding);
}

export async function changeContent(host: Writer, { file, will, at, rewrite }: FoundFile): Promise<Changed> {
  const { path, content, backup: keep, validate, unsafe_writes, via, replaces } = file;
  if (!rewrite) {
    await takeSteps(host, attributeSteps(path, at, will, via));
    return {};
  }
  const { backup } = await host.write(path, content, {
    ...will,
    backup: keep,
    ...(unsafe_writes !== undefined && { unsafe_writes }),
    ...(validate !== undefined && { validate }),
    ...(via !== undefined && { via }),
    ...(replaces !== undefined && { replaces }),
  });
  return backup === undefined ? {} : { result: { backup_file: backup } };
}
