import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts content in the place of a file: whole or not at all, whatever ends the process. The file is readable by its owner
 * alone, or as `like` says. Throws the file system's error, and the old file is then as it was.
 */
export async function writeWhole(path: string, content: Buffer | string, like?: Stats): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      if (like) {
        // Where the owner cannot be kept, the file is ours; who may read it must not change for that.
        await file.chown(like.uid, like.gid).catch(() => undefined);
        await file.chmod(like.mode & 0o7777);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
