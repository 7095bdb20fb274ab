import type { CommandRow } from '../command.ts';

interface Listed {
  readonly name: string;
  /** The command's file is read only when it is called, or when all of them are listed. */
  readonly load: () => Promise<{ readonly row: CommandRow }>;
}

/** The sub-commands, in the order in which help lists them. A new one is a row here and a file beside this one. */
export const commands: readonly Listed[] = [
  { name: 'run', load: () => import('./run.ts') },
  { name: 'plan', load: () => import('./plan.ts') },
  { name: 'apply', load: () => import('./apply.ts') },
  { name: 'exec', load: () => import('./exec.ts') },
  { name: 'validate', load: () => import('./validate.ts') },
  { name: 'vault', load: () => import('./vault.ts') },
  { name: 'inventory', load: () => import('./inventory.ts') },
  { name: 'config', load: () => import('./config.ts') },
  { name: 'handlers', load: () => import('./handlers.ts') },
  { name: 'init', load: () => import('./init.ts') },
  { name: 'doc', load: () => import('./doc.ts') },
  { name: 'schema', load: () => import('./schema.ts') },
  { name: 'completion', load: () => import('./completion.ts') },
  { name: 'lab', load: () => import('./lab.ts') },
];
