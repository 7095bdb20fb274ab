import type { Command } from 'commander';
import { command, orList } from '../command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { treeOf } from '../completion/tree.ts';
import { zshScript } from '../completion/zsh.ts';
import { UsageError } from '../problem.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
const shells = Object.keys(scripts);

export const row = command({
  name: 'completion',
  about: 'print a script with which a shell completes commands, options and modules',
  arguments: [['<shell>', orList(shells), () => shells]],
  action: (shell, _, { parent }) => completionCommand(shell, parent!),
});

/** `tsplay completion`: a script for a shell, made from all the commands. Returns the exit code. */
function completionCommand(shell: string, program: Command): number {
  if (!Object.hasOwn(scripts, shell))
    throw new UsageError(`there is no completion for '${shell}': ${shells.join(', ')}`);
  process.stdout.write(scripts[shell as keyof typeof scripts](treeOf(program)));
  return 0;
}
