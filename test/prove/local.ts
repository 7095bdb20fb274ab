import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyModule } from '../../engine/module/module.ts';
import type { RunOptions } from '../../engine/run/options.ts';
import { InvalidInput } from '../../engine/source/diagnostic.ts';
import { Vault } from '../../engine/vault/vault.ts';
import type { Case } from '../conformance/case.ts';
import { type Files, layOut } from '../run/lay-out.ts';
import { compare, type Fidelity } from './fidelity.ts';
import { Runner } from './run.ts';

/** A small playbook that acts on this machine, in its own folder. */
export type Small = Files &
  Partial<Pick<Case, 'inventories' | 'options' | 'extra' | 'limit'>> & {
    /** More modules, made for the folder. */
    readonly modules?: (folder: string) => readonly AnyModule[];
  };

/** Checks it, then runs it. `written`: what check mode changed in its folder. Undefined if it is refused. */
export async function proveSmall(
  small: Small,
): Promise<{ fidelity: Fidelity; written: readonly string[] } | undefined> {
  const folder = layOut(small);
  try {
    const runner = runnerOf(folder, small);
    const before = contents(folder);
    const check = await runner.run({ check: true });
    const written = between(before, contents(folder));
    const real = await runner.run({ check: false });
    return { fidelity: compare(check, real), written };
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function runnerOf(folder: string, small: Small, options: Partial<RunOptions> = {}): Runner {
  const { inventories = ['hosts.yml'], extra = {}, vault = {}, limit } = small;
  const passwords = Object.entries(vault).map(([id, password]) => ({ id, password: Buffer.from(password) }));
  return new Runner({
    playbooks: [join(folder, 'site.yml')],
    inventories: inventories.map((name) => join(folder, name)),
    request: {
      extra: new Map(Object.entries(extra)),
      vault: new Vault(passwords),
      modules: new Map((small.modules?.(folder) ?? []).map((module) => [module.name, module])),
      ...(limit !== undefined && { limit: limit.replaceAll('DIR', folder) }),
    },
    options: { ...small.options, ...options },
  });
}

/** Everything in a folder, by path. */
export function contents(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(paths.map((path) => [path, describe(join(folder, path))]));
}

function describe(path: string): string {
  const stats = lstatSync(path);
  const attributes = `${stats.mode.toString(8)} ${stats.uid}:${stats.gid}`;
  if (stats.isSymbolicLink()) return `${attributes} → ${readlinkSync(path)}`;
  return stats.isFile() ? `${attributes} ${createHash('sha256').update(readFileSync(path)).digest('hex')}` : attributes;
}

/** The paths that differ between two states of a folder. */
export function between(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
}

/** Cases that cannot be compared, and why. */
const apart: Readonly<Record<string, string>> = {
  'inventory/refresh.yml': 'a task writes the inventory, which check mode reads unchanged',
  'inventory/check-mode.yml': 'two hosts that are one machine write the same file in parallel: either may be first',
  'inventory/data-is-no-template.yml': 'the output of a command is the name of a host',
  'modules/not-as-asked.yml': 'its module breaks the law on purpose',
};

/** Whether check mode and the run of a case can be compared: tasks that use check_mode differ by design. */
export function comparable({ path, refused, playbook, files = {} }: Case): boolean {
  return !refused && !(path in apart) && !/check_mode/.test(playbook + Object.values(files).join('\n'));
}
