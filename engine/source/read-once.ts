import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** What people write, keys and state: what is larger was named by mistake. */
const largestText = 64 * 1024 * 1024;
/** What a task sends to hosts as it is: it is held in memory. */
const largestFile = 1024 * 1024 * 1024;

/** A file of this machine that is no file to be read, with the reason as a clause. */
export class UnreadableFile extends Error {
  readonly path: string;
  constructor(path: string, why: string) {
    super(why);
    this.path = path;
  }
}

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

/** Throws unless it is a file of at most this size. Anything else could keep the run waiting for ever (a pipe that nobody writes) or have no end (a device). */
export function expectRegular(path: string, stats: Stats, atMost = largestFile): void {
  if (!hasEnd(stats)) throw new UnreadableFile(path, `it is ${kindOf(stats)}, not a file`);
  if (stats.size > atMost) throw tooLarge(path, atMost);
}

function tooLarge(path: string, atMost: number): UnreadableFile {
  return new UnreadableFile(path, `it is larger than ${atMost / 1024 / 1024} MiB`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** The content of a file with an end, or its first bytes. Throws UnreadableFile or the file system's error. */
export function readRegular(path: string, first?: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    expectRegular(path, stats, first === undefined ? largestText : Number.POSITIVE_INFINITY);
    if (first === undefined) return readFileSync(file);
    const bytes = Buffer.alloc(first);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** The same without keeping everything else waiting, for larger files. */
export async function readLarge(path: string): Promise<Buffer> {
  return withRegular(path, (file) => file.readFile());
}

/** Opens a file with an end, and closes it afterwards. */
export async function withRegular<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    expectRegular(path, await file.stat());
    return await use(file);
  } finally {
    await file.close();
  }
}

/** What a shell makes of `<(command)`, and of a redirection. */
const ofShell = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/;

/** A file that is named on the command line: it may also be a pipe of the shell. */
export async function readGiven(path: string): Promise<Buffer> {
  if (!ofShell.test(path) || !(await stat(path)).isFIFO()) return readRegular(path);
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024), 0, null, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      size += bytesRead;
      if (size > largestText) throw tooLarge(path, largestText);
    }
  } finally {
    await file.close();
  }
}
