import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labOptions } from '../../../engine/cli/commands/lab.ts';
import { hostStop, labRemove } from '../../../engine/lab/control.ts';
import { mountPoints } from '../../../engine/lab/storage.ts';
import { readFileSync } from 'node:fs';
import { hostPaths } from '../../../engine/lab/paths.ts';
import { modules } from '../../../modules/index.ts';
import { Ground, say } from '../ground.ts';
import { faults } from './kinds.ts';
import { Likeness } from './state.ts';
import { type Cell, type Stage, undisturbed, walk } from './walk.ts';

const HOSTS = join(import.meta.dirname, 'hosts.yml');
const PLAYBOOK = join(import.meta.dirname, 'modules.yml');
/** A host that has a disk of its own can run out of space alone. */
const DISK = '700m';
/** These need a cluster. */
const OF_CLUSTERS = ['kubeadm', 'kubernetes_manifest', 'kubernetes_wait'];

export interface Matrix {
  readonly rows: readonly (readonly string[])[];
  readonly problems: readonly string[];
}

export const matrixHead = ['fault', 'at', 'tried', 'borne', 'told', 'killed', 'as it should be'] as const;

/** Every fault at every step of a playbook with a task of every module, on one host. */
export async function proveModules(chosen: readonly string[], only?: RegExp): Promise<Matrix> {
  const options = await labOptions([HOSTS], new AbortController().signal);
  const name = options.hosts[0]!.name;
  const { base } = hostPaths(options, name);
  mkdirSync(base, { recursive: true });
  const mounted = (): boolean => mountPoints(readFileSync('/proc/self/mounts', 'utf8')).includes(base);
  if (!mounted()) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=755`, 'tsplay-faults', base]);
  const ground = await Ground.open([HOSTS]);
  try {
    const order = orderOf(ground, PLAYBOOK);
    await ground.reset();
    say('undisturbed');
    const reference = await undisturbed(ground, order);
    await ground.reset();
    say('undisturbed, again');
    const likeness = new Likeness(reference, await undisturbed(ground, order));
    say(`differ by themselves: ${likeness.differing.join(', ')}`);
    const used = new Set(reference.modules.values());
    const missing = modules.map((module) => module.name).filter((one) => !used.has(one) && !OF_CLUSTERS.includes(one));
    const problems = missing.map((one) => `no step uses ${one}`);
    const rows: (readonly string[])[] = [];
    for (const key of chosen) {
      const fault = faults[key]!;
      await ground.reset();
      const stage: Stage = { ground, order, reference, likeness, say: (text) => say(`${key}: ${text}`) };
      const cells = await walk(stage, fault, reference.order.filter((step) => !only || only.test(step)));
      rows.push(rowOf(fault.about, 'modules', cells));
      problems.push(...problemsOf(fault.about, cells));
    }
    return { rows, problems };
  } finally {
    await hostStop(ground.options, name);
    if (mounted()) execFileSync('umount', [base]);
    await labRemove(ground.options, [name]);
    ground.close();
  }
}

function orderOf(ground: Ground, playbook: string) {
  const here = ground.here;
  writeFileSync(join(here, 'big.bin'), randomBytes(2_000_000));
  return { playbook, inventories: ground.inventories, extra: { here }, journal: join(here, 'journal') };
}

export function rowOf(fault: string, playbook: string, cells: readonly Cell[]): readonly string[] {
  const tried = cells.filter(({ outcome }) => outcome !== undefined);
  const count = (outcome: Cell['outcome']): string => String(cells.filter((cell) => cell.outcome === outcome).length);
  const good = tried.filter(({ problems }) => problems.length === 0).length;
  return [fault, playbook, String(tried.length), count('passed'), count('told'), count('killed'), `${good} of ${tried.length}`];
}

export const problemsOf = (fault: string, cells: readonly Cell[]): readonly string[] =>
  cells.flatMap(({ step, moment, problems, outcome }) => [
    ...problems.map((text) => `${fault}, ${step} (${moment}): ${text}`),
    ...(outcome === undefined ? [`${fault}, ${step} (${moment}): not reached`] : []),
  ]);
