import { dirname, resolve } from 'node:path';
import { modules } from '../../modules/index.ts';
import type { AnyModule } from '../module/module.ts';
import { withOwnModules } from '../project/modules.ts';
import { Diagnostics, InvalidInput } from '../source/diagnostic.ts';
import { readProject } from './settings/project.ts';

type Modules = ReadonlyMap<string, AnyModule>;

/** The modules that come with tsplay. */
export const builtIn: Modules = new Map(modules.map((module) => [module.name, module]));

/** Those, and the project's own: from beside the playbook or, without one, from the current folder. */
export async function knownModules(playbook?: string): Promise<Modules> {
  const diagnostics = new Diagnostics();
  const folders =
    playbook === undefined ? ['.', 'playbooks'].map((folder) => resolve(folder)) : [dirname(resolve(playbook))];
  const all = await withOwnModules(folders, builtIn, diagnostics, { rolesPath: rolesPath(playbook) });
  if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
  return all;
}

/** The further folders of roles that the project of a playbook names, absolute. */
export function rolesPath(playbook?: string): readonly string[] {
  return (readProject(playbook).held.get('roles_path')?.value as readonly string[] | undefined) ?? [];
}
