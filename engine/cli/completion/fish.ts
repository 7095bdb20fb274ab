import { quote } from '../../module/quote.ts';
import { allOf, type Flag, type Node } from './tree.ts';

/** Completion for fish. */
export function fishScript(tree: Node): string {
  const lines = allOf(tree).flatMap((node) => [
    ...node.commands.map((sub) => offer(node, sub)),
    ...argumentsOf(node),
    ...node.options.map((flag) => optionOf(node, flag)),
  ]);
  return `# completion of tsplay for fish: tsplay completion fish | source\n${lines.join('\n')}\n`;
}

/** Where the words that lead to the command have been given, and none that leads on. */
function conditionOf({ path, commands }: Node): string {
  const seen = path.slice(1).map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = commands.map((sub) => sub.path.at(-1)).join(' ');
  if (seen.length === 0) return '__fish_use_subcommand';
  return [...seen, ...(names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`])].join('; and ');
}

function offer(node: Node, sub: Node): string {
  return `complete -c tsplay -f -n ${quote(conditionOf(node))} -a ${sub.path.at(-1)} -d ${quote(sub.about)}`;
}

function argumentsOf(node: Node): readonly string[] {
  return node.choices
    ? [`complete -c tsplay -f -n ${quote(conditionOf(node))} -a ${quote(node.choices.join(' '))}`]
    : [];
}

function optionOf(node: Node, { names, about, value }: Flag): string {
  const forms = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  const takes =
    value === undefined
      ? ''
      : value === 'file'
        ? ' -r -F'
        : value === 'any'
          ? ' -x'
          : ` -x -a ${quote(value.join(' '))}`;
  return `complete -c tsplay -n ${quote(conditionOf(node))} ${forms}${takes} -d ${quote(about)}`;
}
