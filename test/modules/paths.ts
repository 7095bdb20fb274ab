import type { GivenHost } from '../../engine/module/testing.ts';
import { digestOf, fileTextOf, noFile } from '../../modules/files/text.ts';

/** Something at a path, for a host made of data: text is a file with it, null is nothing; root's, 0644 or 0755, unless it says otherwise. */
export type Thing =
  | string
  | null
  | {
      readonly directory?: true;
      readonly link?: string;
      readonly content?: string;
      readonly mode?: string;
      readonly owner?: string;
      readonly group?: string;
    };

export const folder: Thing = { directory: true };

/** Users, and groups of the same names, that a host made of data has. */
const people = ['adm', 'app', 'daemon', 'haproxy'];

/** A host on which root finds these things; `more` are further reads by key. */
export function hostWith(
  things: Readonly<Record<string, Thing>>,
  more: Readonly<Record<string, unknown>> = {},
): GivenHost {
  const reads: Record<string, unknown> = { 'identity:': { user: 'root', group: 'root', umask: 0o022 } };
  for (const name of people) {
    const home = `/home/${name}`;
    reads[`account:${name}`] = { comment: '', home, shell: '/bin/sh', group: name, groups: [] };
    reads[`group:${name}`] = true;
  }
  for (const [path, thing] of Object.entries(things)) Object.assign(reads, readsOf(path, thing));
  return { reads: { ...reads, ...more } };
}

function readsOf(path: string, thing: Thing): Record<string, unknown> {
  const {
    directory,
    link,
    content,
    mode,
    owner = 'root',
    group = 'root',
  } = typeof thing === 'string' ? { content: thing } : (thing ?? {});
  const bytes = content === undefined ? undefined : Buffer.from(content);
  const type = thing === null ? 'absent' : directory ? 'directory' : link === undefined ? 'file' : 'link';
  const natural = { absent: '', directory: '0755', file: '0644', link: '0777' }[type];
  return {
    [`path:${path}`]:
      type === 'absent'
        ? { type }
        : { type, mode: mode ?? natural, owner, group, ...(link !== undefined && { target: link }) },
    [`file:${path}`]: bytes ? fileTextOf(bytes) : noFile,
    [`digest:${path}`]: bytes ? digestOf(bytes) : null,
    [`inode:${path}`]:
      thing === null ? null : { uid: 0, gid: 0, size: bytes?.length ?? 4096, inode: 7, mtime: 1_700_000_000 },
    [`realpath:${path}`]: link ?? path,
    [`refusal:${path}`]: null,
    [`mount-point:${path}`]: false,
  };
}
