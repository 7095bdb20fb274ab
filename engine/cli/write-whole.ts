import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface WriteOptions {
  /** The owner and mode of the file; without it, only its owner can read it. */
  readonly like?: Stats;
  /** Does not replace an existing file. */
  readonly keep?: boolean;
  /** Need not survive a power failure. */
  readonly volatile?: boolean;
}

/**
 * Puts content in the place of a file: all of it or nothing, whatever ends the process. Throws the file system's error;
 * the old file is then unchanged.
 */
export function writeWhole(path: string, content: Buffer | string, options: WriteOptions = {}): void {
  const { like, keep = false, volatile = false } = options;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${Math.random().toString(36).slice(2)}`);
  const file = openSync(temporary, 'wx', 0o600);
  try {
    try {
      writeFileSync(file, content);
      if (like) {
        keepOwner(file, like);
        fchmodSync(file, like.mode & 0o7777);
      }
      if (!volatile) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (keep) linkSync(temporary, path);
    else renameSync(temporary, path);
  } catch (error) {
    if (!keep || (error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** If the owner cannot be kept, the file is ours; who may read it must not change for that. */
function keepOwner(file: number, { uid, gid }: Stats): void {
  try {
    fchownSync(file, uid, gid);
  } catch {
    // not root
  }
}
