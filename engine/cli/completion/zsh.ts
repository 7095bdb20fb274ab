import { quote } from '../../module/quote.ts';
import { allOf, type Flag, type Node } from './tree.ts';

/** Completion for zsh. */
export function zshScript(tree: Node): string {
  return `#compdef tsplay
# completion of tsplay for zsh: source <(tsplay completion zsh)
${allOf(tree).map(functionOf).join('\n')}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _tsplay "$@"; else compdef _tsplay tsplay; fi
`;
}

function functionOf(node: Node): string {
  const { commands, options, choices } = node;
  const flags = options.map(specOf);
  if (commands.length === 0) {
    const rest = choices ? `1:argument:(${choices.join(' ')})` : '*:file:_files';
    return `${nameOf(node)}() {\n  _arguments -s ${[...flags, quote(rest)].join(' \\\n    ')}\n}`;
  }
  const offered = commands.map((sub) => quote(`${sub.path.at(-1)}:${sub.about}`)).join(' ');
  const calls = commands.map((sub) => `    ${sub.path.at(-1)}) ${nameOf(sub)} ;;`).join('\n');
  return `${nameOf(node)}() {
  local state line
  local -a commands=(${offered})
  _arguments -C ${[...flags, "'1:command:->command'", "'*::argument:->argument'"].join(' \\\n    ')}
  case $state in
  command) _describe command commands ;;
  argument) case $words[1] in
${calls}
    esac ;;
  esac
}`;
}

function nameOf({ path }: Node): string {
  return `_${path.join('_').replaceAll('-', '_')}`;
}

/** One word of _arguments; names of the same option exclude each other no more than repetition asks. */
function specOf({ names, about, value }: Flag): string {
  const words = about.replaceAll(/[[\]:]/g, (c) => `\\${c}`);
  const after =
    value === undefined
      ? ''
      : value === 'file'
        ? ':file:_files'
        : value === 'any'
          ? ':value: '
          : `:value:(${value.join(' ')})`;
  return names.map((name) => quote(`*${name}[${words}]${after}`)).join(' ');
}
