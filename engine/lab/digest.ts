import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { hostPaths } from './paths.ts';
import { readJson } from './record.ts';
import { BOUND } from './storage.ts';
import type { LabOptions } from './types.ts';

export interface DigestOptions {
  /** Paths to leave out, with everything below them. By default: what logins, sudo and systemd write on their own. */
  readonly ignore?: readonly RegExp[];
  /** Include /var/lib/{containerd,kubelet,etcd}, which are outside the overlay. */
  readonly bound?: boolean;
}

const THEMSELVES: readonly RegExp[] = [
  /^(\/var)?\/tmp\/systemd-private-/, // their names are random
  /^\/var\/log\/(wtmp|btmp|lastlog|journal)$/,
  /^\/var\/lib\/sudo$/,
  /^\/(root|home\/[^/]+)\/\.sudo_as_admin_successful$/,
];

/**
 * Everything written on a host since it was created, by path: type, mode, owner and the content's digest. A deleted file
 * of the image is listed as `deleted`. Equal results at two times mean that no write in between had an effect.
 */
export async function upperDigest(
  places: Pick<LabOptions, 'cache' | 'state'>,
  name: string,
  { ignore = THEMSELVES, bound = false }: DigestOptions = {},
): Promise<Map<string, string>> {
  const paths = hostPaths(places, name);
  const lowers = (await readJson<string[]>(paths.layers)) ?? [];
  const found = new Map<string, string>();
  await walk(paths.upper, '', { ignore, lowers, found });
  if (bound)
    for (const folder of BOUND)
      await walk(join(paths.bound, folder), `/var/lib/${folder}`, { ignore, lowers: [], found });
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Walk {
  readonly ignore: readonly RegExp[];
  readonly lowers: readonly string[];
  readonly found: Map<string, string>;
}

async function walk(folder: string, path: string, to: Walk): Promise<void> {
  for (const name of await readdir(folder).catch(vanished)) {
    const own = `${path}/${name}`;
    if (to.ignore.some((pattern) => pattern.test(own))) continue;
    const stats = await lstat(join(folder, name)).catch(() => undefined);
    if (!stats) continue;
    const text = await describe(join(folder, name), stats).catch(() => undefined);
    // A folder is copied up when something in it changes: that alone is not a difference.
    if (text && !(stats.isDirectory() && (await sameBelow(own, text, to.lowers)))) to.found.set(own, text);
    if (stats.isDirectory()) await walk(join(folder, name), own, to);
  }
}

/** Files come and go in a running host. */
const vanished = (error: NodeJS.ErrnoException): string[] => {
  if (error.code === 'ENOENT') return [];
  throw error;
};

async function sameBelow(path: string, text: string, lowers: readonly string[]): Promise<boolean> {
  for (const lower of lowers) {
    const stats = await lstat(join(lower, path)).catch(() => undefined);
    if (stats) return stats.isDirectory() && (await describe(join(lower, path), stats)) === text;
  }
  return false;
}

async function describe(file: string, stats: Stats): Promise<string> {
  // overlayfs represents a deletion as character device 0:0.
  if (stats.isCharacterDevice() && stats.rdev === 0) return 'deleted';
  const attributes = `${(stats.mode & 0o7777).toString(8).padStart(4, '0')} ${stats.uid}:${stats.gid}`;
  if (stats.isDirectory()) return `folder ${attributes}`;
  if (stats.isSymbolicLink()) return `link ${stats.uid}:${stats.gid} ${await readlink(file)}`;
  if (!stats.isFile()) return `special ${attributes} ${stats.mode & 0o170000} ${stats.rdev}`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `file ${attributes} ${hash.digest('hex')}`;
}
