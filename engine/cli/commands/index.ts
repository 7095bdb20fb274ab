import type { CommandRow } from '../command.ts';

interface Listed {
  readonly name: string;
  /** The command's file is read only when it is called, or when all of them are listed. */
  load(): Promise<CommandRow>;
}

/** The sub-commands, in the order in which help lists them. A new one is a row here and a file beside this one. */
export const commands: readonly Listed[] = [
  { name: 'run', load: async () => (await import('./run.ts')).run },
  { name: 'plan', load: async () => (await import('./plan.ts')).plan },
  { name: 'apply', load: async () => (await import('./apply.ts')).apply },
  { name: 'exec', load: async () => (await import('./exec.ts')).exec },
  { name: 'validate', load: async () => (await import('./validate.ts')).validate },
  { name: 'vault', load: async () => (await import('./vault.ts')).vault },
  { name: 'inventory', load: async () => (await import('./inventory.ts')).inventory },
  { name: 'init', load: async () => (await import('./init.ts')).init },
  { name: 'doc', load: async () => (await import('./doc.ts')).doc },
  { name: 'schema', load: async () => (await import('./schema.ts')).schema },
  { name: 'completion', load: async () => (await import('./completion.ts')).completion },
  { name: 'lab', load: async () => (await import('./lab.ts')).lab },
];
