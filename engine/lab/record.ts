import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ProcessRecord } from '../source/process.ts';
import { hostPaths, labPaths } from './paths.ts';
import { codeOf } from './run.ts';
import type { LabHost, LabOptions } from './types.ts';

type Places = Pick<LabOptions, 'cache' | 'state'>;

/** What later commands need to find a started host. */
export interface HostRecord extends LabHost {
  readonly since: string;
  readonly forward?: ProcessRecord;
  /** Runs as long as the host, across reboots. */
  readonly supervisor?: ProcessRecord;
}

export const readHost = (places: Places, name: string): Promise<HostRecord | undefined> =>
  readJson(hostPaths(places, name).record);

export const writeHost = (places: Places, host: HostRecord): Promise<void> =>
  writeJson(hostPaths(places, host.name).record, host);

export const forgetHost = (places: Places, name: string): Promise<void> =>
  rm(hostPaths(places, name).record, { force: true });

/** Every host that was ever created in this state folder. */
export async function knownHostNames(places: Places): Promise<string[]> {
  return (await readdir(labPaths(places).hosts).catch(() => [])).sort((a, b) => (a < b ? -1 : 1));
}

export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    const value: T = JSON.parse(await readFile(path, 'utf8'));
    return value;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(`${path}.partial`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.partial`, path);
}
