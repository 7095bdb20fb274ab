import { dirname, resolve } from 'node:path';
import { modules as builtIn } from '../../modules/index.ts';
import type { AnyModule } from '../module/module.ts';
import { withOwnModules } from '../project/modules.ts';
import { Diagnostics, InvalidInput } from '../source/diagnostic.ts';

export { builtIn };

/** The modules that come with tsplay, and those of the project: of the playbook's folder, or else of the one we stand in. */
export async function knownModules(playbook?: string): Promise<readonly AnyModule[]> {
  const diagnostics = new Diagnostics();
  const folders =
    playbook === undefined ? ['.', 'playbooks'].map((folder) => resolve(folder)) : [dirname(resolve(playbook))];
  const all = await withOwnModules(folders, new Map(builtIn.map((m) => [m.name, m])), diagnostics);
  if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
  return [...all.values()];
}
