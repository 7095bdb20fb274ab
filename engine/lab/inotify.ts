import { readFile, rm, writeFile } from 'node:fs/promises';
import { labPaths } from './paths.ts';
import { readJson, writeJson } from './record.ts';
import type { LabOptions } from './types.ts';

/** All hosts share this machine's limits; a node of a cluster watches some hundred files with a dozen instances. */
const LEAST: Readonly<Record<string, number>> = {
  '/proc/sys/fs/inotify/max_user_instances': 8192,
  '/proc/sys/fs/inotify/max_user_watches': 1_048_576,
};

/** Raises this machine's inotify limits for as long as the lab is up; what they were is kept for later. */
export async function raiseInotifyLimits(options: LabOptions): Promise<void> {
  const { inotify } = labPaths(options);
  const before: Record<string, number> = (await readJson<Record<string, number>>(inotify)) ?? {};
  for (const [file, least] of Object.entries(LEAST)) {
    const now = Number(await readFile(file, 'utf8').catch(() => Number.NaN));
    if (Number.isNaN(now) || now >= least) continue;
    before[file] = now;
    await writeJson(inotify, before);
    await writeFile(file, String(least)).catch(() =>
      options.log(
        `${file} is ${now} and cannot be raised: with many hosts, containerd may find no room for its watches`,
      ),
    );
  }
}

/** Sets the limits back, unless somebody has changed them since. */
export async function restoreInotifyLimits(options: Pick<LabOptions, 'cache' | 'state'>): Promise<void> {
  const { inotify } = labPaths(options);
  for (const [file, value] of Object.entries((await readJson<Record<string, number>>(inotify)) ?? {})) {
    const now = Number(await readFile(file, 'utf8').catch(() => Number.NaN));
    if (now === LEAST[file]) await writeFile(file, String(value)).catch(() => {});
  }
  await rm(inotify, { force: true });
}
