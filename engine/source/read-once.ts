import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';

const kept = new Map<string, { readonly stats: Stats; readonly content: Buffer }>();

/**
 * Cached content of a file that many hosts read: the same buffer until the file changes. Reads synchronously, which is
 * cheaper for small files. Throws the file system's error.
 */
export function readOnce(path: string): Buffer {
  const stats = statSync(path);
  const before = kept.get(path);
  if (before && isSame(before.stats, stats)) return before.content;
  const content = readRegular(path);
  // A file written just now can change again without a new timestamp.
  if (Date.now() - stats.ctimeMs > 1000) kept.set(path, { stats, content });
  return content;
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino && a.dev === b.dev;
}

/** Regular files have an end, and so has /dev/null. */
export function hasEnd(stats: Stats): boolean {
  return stats.isFile() || (stats.isCharacterDevice() && stats.rdev === statSync('/dev/null').rdev);
}

/**
 * The content of a regular file, or its first bytes. Anything else could keep the run waiting for ever (a pipe that nobody
 * writes) or have no end (a device): it is refused. Throws the file system's error.
 */
export function readRegular(path: string, first?: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!hasEnd(fstatSync(file))) throw new Error('it is not a regular file');
    if (first === undefined) return readFileSync(file);
    const bytes = Buffer.alloc(first);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
