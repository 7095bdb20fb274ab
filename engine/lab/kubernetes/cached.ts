import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { withLock } from './lock.ts';

export interface CacheOptions {
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The folder, made at most once. It is made under another name and renamed when it is whole, so that a folder which is
 * there is a finished one; what a broken run left behind is thrown away first.
 */
export async function cached(
  folder: string,
  { log, signal }: CacheOptions,
  make: (partial: string) => Promise<void>,
): Promise<string> {
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const onWait = () => log(`another run is making ${folder}: waiting for it`);
  await withLock(`${folder}.lock`, onWait, signal, async () => {
    if (existsSync(folder)) return;
    const partial = `${folder}.partial`;
    const discard = () => rm(partial, { recursive: true, force: true, maxRetries: 3 });
    await discard();
    await mkdir(partial);
    try {
      await make(partial);
      await rename(partial, folder);
    } catch (error) {
      await discard();
      throw error;
    }
  });
  return folder;
}
