import { quote } from '../../module/quote.ts';
import { allOf, type Node } from './tree.ts';

/** Completion for bash. Where nothing is offered, bash offers files. */
export function bashScript(tree: Node): string {
  const nodes = allOf(tree);
  const paths = nodes.slice(1).map(({ path }) => `      ${quote(path.join(' '))}) path=${quote(path.join(' '))} ;;`);
  const values = nodes.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) => {
      if (value === undefined) return [];
      const at = names.map((name) => quote(`${path.join(' ')} ${name}`)).join(' | ');
      return [`    ${at}) ${typeof value === 'string' ? '' : `words=${quote(value.join(' '))}; `}value=1 ;;`];
    }),
  );
  const offers = nodes.map(({ path, options, commands, choices }) => {
    const flags = options.flatMap(({ names }) => names).join(' ');
    const words = [...commands.map((sub) => sub.path.at(-1)!), ...(choices ?? [])].join(' ');
    return `    ${quote(path.join(' '))}) flags=${quote(flags)}; ${words === '' ? '' : `words=${quote(words)}; `};;`;
  });
  return `# completion of tsplay for bash: source <(tsplay completion bash)
_tsplay() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path=tsplay words= flags= value= i
  # --name=value comes as three words
  [[ $cur == = ]] && cur= && prev=\${COMP_WORDS[COMP_CWORD-1]}
  [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD-2]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
${paths.join('\n')}
    esac
  done
  case "$path $prev" in
${values.join('\n')}
  esac
  if [[ -z $value ]]; then
    case "$path" in
${offers.map((line) => `  ${line}`).join('\n')}
    esac
    [[ $cur == -* ]] && words=$flags
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _tsplay tsplay
`;
}
