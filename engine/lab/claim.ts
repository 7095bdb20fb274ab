import { rm } from 'node:fs/promises';
import { labNamespaces } from './network.ts';
import { readJson, writeJson } from './record.ts';
import { LabError } from './run.ts';
import type { LabOptions } from './types.ts';

/** A machine has one lab at a time: its addresses, namespaces and control groups have fixed names. */
const OWNER = '/run/tsplay-lab.json';

interface Owner {
  readonly state: string;
}

/** Refuses to touch a lab that belongs to another state folder. */
export async function claim({ state }: Pick<LabOptions, 'state'>): Promise<void> {
  const owner = await readJson<Owner>(OWNER);
  if (owner && owner.state !== state && (await labNamespaces()).length > 0)
    throw new LabError(
      `another lab is up on this machine, with its state in ${owner.state}\nnext: take it down first (the same command with its XDG_STATE_HOME)`,
    );
  await writeJson(OWNER, { state });
}

export const unclaim = (): Promise<void> => rm(OWNER, { force: true });
