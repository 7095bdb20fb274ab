import type { Command } from 'commander';

/** A command as a shell has to know it. */
export interface Node {
  /** The words that lead to it: `tsplay`, `tsplay vault`, `tsplay vault edit`. */
  readonly path: readonly string[];
  readonly about: string;
  readonly commands: readonly Node[];
  readonly options: readonly Flag[];
  /** What its first argument may be; without it files. */
  readonly choices?: readonly string[];
}

export interface Flag {
  /** `-i` and `--inventory`. */
  readonly names: readonly string[];
  readonly about: string;
  /** `any`: something that only the user knows; a list: one of these. Missing: it takes none. */
  readonly value?: 'file' | 'any' | readonly string[];
}

/** Options whose value is a file or folder; what else takes a value takes any. */
const ofFiles =
  /^--(inventory|private-key|out|output-file|output-folder|playbook|vault-password-file|new-vault-password-file)$/;

/** The tree of commands; `values`: what arguments and options may be, by the words that lead to them. */
export function treeOf(
  command: Command,
  values: Readonly<Record<string, readonly string[]>>,
  above: readonly string[] = [],
): Node {
  const path = [...above, command.name()];
  const key = path.slice(1).join(' ');
  const [argument] = command.registeredArguments;
  const choices = argument?.argChoices ?? values[`${key} ${argument?.name()}`];
  const flags = command.options
    .filter(({ hidden }) => !hidden)
    .map((option): Flag => {
      const { short, long = '', description } = option;
      const known = option.argChoices ?? values[`${key} ${long}`];
      const takes = option.required || option.optional;
      return {
        names: [short, long].filter((name): name is string => name !== undefined && name !== ''),
        about: description,
        ...(takes && { value: known ?? (ofFiles.test(long) ? 'file' : 'any') }),
      };
    });
  return {
    path,
    about: command.description(),
    commands: command.commands.map((sub) => treeOf(sub, values, path)),
    options: [...flags, { names: ['-h', '--help'], about: 'tell how it is used' }],
    ...(choices && { choices }),
  };
}

/** The command itself and all below it. */
export function allOf(node: Node): readonly Node[] {
  return [node, ...node.commands.flatMap(allOf)];
}
