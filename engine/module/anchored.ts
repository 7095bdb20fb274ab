import { TaskFailure } from './failure.ts';
import type { Output, Probe } from './probe.ts';
import { sh } from './quote.ts';

/**
 * Shell text that works in folders which other users can write, where a name may mean something else at each use: the
 * folder is entered once, and from then on names in it are used. A shell's current folder is no name, nobody can swap it.
 *
 * A link is followed only if nobody but root and the task's user could have put it there, or if what it leads to belongs
 * to whoever could: they may move their own things, but not have root work on those of others. `cd -P` sets PWD to the
 * true path of where it has arrived; where that is not the next name, there was a link.
 */
const library = `
refuse() {
  printf '%s\\n' "$1 is a symbolic link that $2 could have put there, and what it leads to is not theirs: it is not followed" >&2
  exit 87
}
called() { [ "$1" = - ] && echo 'other users' || id -nu -- "$1" 2>/dev/null || echo "user $1"; }
# Who else could have put the name $2 into the folder $1 (keeper: 0 is nobody, - anybody), and whether nobody else can write it (alone).
kept() {
  me=$(id -u) keeper=0 alone=no inside=$1 above=$1 entry=$2
  set -- "$above"
  while [ "$above" != / ]; do above=\${above%/*}; above=\${above:-/}; set -- "$above" "$@"; done
  for folder do
    set -- $(stat -c '%u %g %a' -- "$folder") && [ $# -eq 3 ] || exit 87
    case $1 in 0|"$me") ;; *) keeper=$1 alone=no; return ;; esac
    # The group of one's own folder is one's own affair; that of root's folder is other users.
    case $1:$2:$3 in *[2367]) shared=yes ;; [1-9]*|0:0:*) shared=no ;; *[2367]?) shared=yes ;; *) shared=no ;; esac
    case $shared:$3 in no:*) alone=yes ;; *:[1357]???) alone=no ;; *) alone=no keeper=-; break ;; esac
  done
  [ $alone = no ] || return 0
  owner=$(stat -c %u -- "$inside/$entry" 2>/dev/null) || owner=$me
  case $owner in 0|"$me") ;; *) keeper=$owner ;; esac
}
hop() {
  from=\${PWD%/}
  case $1 in ''|.) return ;; ..) cd -P ..; return ;; esac
  cd -P -- "./$1" || return
  [ "$PWD" != "$from/$1" ] || return 0
  kept "\${from:-/}" "$1"
  [ "$keeper" = 0 ] || [ "$(stat -c %u .)" = "$keeper" ] || refuse "$from/$1" "$(called "$keeper")"
}
enter() {
  rest=$1
  case $rest in /*) cd -P / ;; *) cd -P . ;; esac || return
  while [ -n "$rest" ]; do
    part=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    hop "$part" || return
  done
}
# Enters the folder of a path; its last part is name.
reach() {
  name=\${1##*/}
  case $name in
    ''|.|..) enter "$1" && name=. ;;
    *) case $1 in */*) enter "\${1%/*}/" ;; *) enter . ;; esac ;;
  esac
}
# The same for what a link at the path leads to.
follow() {
  keepers= hops=0 link=$1
  reach "$1" || return
  while [ -L "./$name" ]; do
    hops=$((hops + 1)); [ $hops -le 40 ] || return
    kept "$PWD" "$name"
    [ "$keeper" = 0 ] || keepers="$keepers $keeper"
    target=$(readlink -n -- "./$name" && echo .) || return
    target=\${target%.}
    case $target in /*) ;; *) target=$PWD/$target ;; esac
    reach "$target" || return
  done
  for keeper in $keepers; do
    [ "$(stat -c %u -- "./$name" 2>/dev/null || stat -c %u .)" = "$keeper" ] || refuse "$link" "$(called "$keeper")"
  done
}
# Sets the owner and the mode of a name here ('': as it is), never those of what a link there leads to.
adorn() {
  if [ "$1" = . ] || [ -z "$3" ]; then dress "./$1" "$2" "$3"; return; fi
  kept "$PWD" "$1"
  if [ $keeper$alone = 0yes ] && [ ! -L "./$1" ]; then dress "./$1" "$2" "$3"; return; fi
  if [ -d "./$1" ] && [ ! -L "./$1" ]; then
    ( from=\${PWD%/}; cd -P -- "./$1" && { [ "$PWD" = "$from/$1" ] || refuse "$from/$1" 'other users'; } && dress . "$2" "$3" )
    return
  fi
  # A second name for it, in a folder of our own: nobody can make a link of that one.
  own=$(mktemp -d ./.tsplay.XXXXXXXXXX) || return
  trap 'rm -rf -- "$own"' EXIT; trap 'exit 98' HUP INT TERM PIPE
  ( cd -P -- "$own" && [ -O . ] && ln -- "../$1" thing && { [ ! -L thing ] || refuse "$1" 'other users'; } && dress thing "$2" "$3" )
  status=$?
  rm -rf -- "$own"; trap - EXIT
  return $status
}
dress() {
  [ -z "$2" ] || chown -h -- "$2" "$1" || return
  [ -z "$3" ] || chmod -- "$3" "$1"
}
`;

/**
 * A script that runs in the folder of a path, with `$name` for the path's last part and the functions above. `via`: the
 * path as it was given, where `path` is what links led to when it was checked; they must still lead there.
 */
export function inFolderOf(path: string, script: string, via?: string): string {
  const arrive =
    via === undefined
      ? sh`reach ${path} || exit 90`
      : sh`follow ${via} || exit 90; [ "\${PWD%/}/$name" = ${path} ] || exit 88`;
  return `${library}${arrive}\n${script}`;
}

/** Whether a link may be followed, as the scripts above decide it: why not, or null. */
export function refusal(link: string): Probe<string | null> {
  return {
    key: `refusal:${link}`,
    script: `${library}${sh`follow ${link} || :`}`,
    parse: (out) => (out.code === 87 ? out.stderr.trim().split('\n').at(-1)! : null),
    fixed: true,
  };
}

export function refused(why: string): TaskFailure {
  return new TaskFailure(why, { hint: links[87]! });
}

const links: Readonly<Record<number, string>> = {
  87: 'name the path that it leads to, or give the link to root (chown -h root:root) in a folder that only root can write',
  88: 'run again',
};

/** Why a script did not get into the folder of this path; undefined if it did. */
export function astray(path: string, output: Output): TaskFailure | undefined {
  const hint = links[output.code];
  if (hint === undefined) return undefined;
  const said = output.stderr.trim().split('\n').at(-1)!;
  return new TaskFailure(
    output.code === 88 ? `${path}: a symbolic link that leads there was changed meanwhile; nothing was changed` : said,
    { hint },
  );
}

/** Throws unless a script that is `inFolderOf` this path has succeeded. */
export function expectDone(what: string, path: string, output: Output): Output {
  if (output.code === 0) return output;
  const said = output.stderr.trim().split('\n').at(-1) || `exit code ${output.code}`;
  throw astray(path, output) ?? new TaskFailure(`cannot ${what} ${path}: ${said}`, { output });
}
