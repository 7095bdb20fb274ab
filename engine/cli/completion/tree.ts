import type { Argument, Command, Option } from 'commander';
import { completionOf } from '../command.ts';

/** What a shell must know about a command. */
export interface Node {
  /** The words that lead to it: `tsplay`, `tsplay vault`, `tsplay vault edit`. */
  readonly path: readonly string[];
  readonly about: string;
  readonly commands: readonly Node[];
  readonly options: readonly Flag[];
  /** What its first argument may be; if undefined, a file. */
  readonly choices?: readonly string[];
}

export interface Flag {
  /** `-i` and `--inventory`. */
  readonly names: readonly string[];
  readonly about: string;
  /** `any`: free text; a list: one of these. Undefined: it takes no value. */
  readonly value?: 'file' | 'any' | readonly string[];
}

/** The tree of commands below one. */
export function treeOf(command: Command, above: readonly string[] = []): Node {
  const path = [...above, command.name()];
  const [argument] = command.registeredArguments;
  const choices = argument && wordsOf(argument);
  const flags = command.options.filter(({ hidden }) => !hidden).map(flagOf);
  return {
    path,
    about: command.description(),
    commands: command.commands.map((sub) => treeOf(sub, path)),
    options: [...flags, { names: ['-h', '--help'], about: 'show how it is used' }],
    ...(choices && { choices }),
  };
}

function flagOf(option: Option): Flag {
  const { short, long, description } = option;
  const names = [short, long].filter((name): name is string => name !== undefined && name !== '');
  if (!option.required && !option.optional) return { names, about: description };
  return { names, about: description, value: wordsOf(option) ?? (completionOf(option) === 'file' ? 'file' : 'any') };
}

function wordsOf(of: Option | Argument): readonly string[] | undefined {
  const completion = completionOf(of);
  return typeof completion === 'function' ? completion() : undefined;
}

/** The command itself and all below it. */
export function allOf(node: Node): readonly Node[] {
  return [node, ...node.commands.flatMap(allOf)];
}
