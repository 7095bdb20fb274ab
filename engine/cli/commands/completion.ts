import type { Command } from 'commander';
import { sorts } from '../../editor/schemas.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { treeOf } from '../completion/tree.ts';
import { zshScript } from '../completion/zsh.ts';
import { builtIn } from '../modules.ts';
import { UsageError } from '../problem.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `tsplay completion`: a script for a shell, from the commands as they are. Returns the exit code. */
export function completionCommand(shell: string, program: Command): number {
  if (!Object.hasOwn(scripts, shell))
    throw new UsageError(`there is no completion for '${shell}': ${Object.keys(scripts).join(', ')}`);
  const modules = builtIn.map(({ name }) => name);
  const values = {
    'exec --module': modules,
    'doc name': modules,
    'schema sort': Object.keys(sorts),
    'completion shell': Object.keys(scripts),
    'lab action': ['up', 'down', 'reset', 'status', 'requirements'],
    'run --output': ['human', 'jsonl'],
    'exec --output': ['human', 'jsonl'],
    'validate --output': ['human', 'json', 'sarif'],
    'inventory --output': ['human', 'json'],
    'run --become-method': ['sudo', 'doas', 'su'],
    'exec --become-method': ['sudo', 'doas', 'su'],
  };
  process.stdout.write(scripts[shell as keyof typeof scripts](treeOf(program, values)));
  return 0;
}
