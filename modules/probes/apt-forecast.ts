import { createHash } from 'node:crypto';
import type { Probe } from '../../engine/contract/probe.ts';
import { sh } from '../../engine/contract/quote.ts';
import type { AptFile, AptStep } from '../packages/coming.ts';
import { fetchKey } from '../packages/fetch-key.ts';
import type { Present } from './path.ts';

/** What packages will bring that are not installed yet, as it stands in them. */
export interface AptForecast {
  /** Versions by name, of those that will be unpacked. */
  readonly packages: ReadonlyMap<string, string>;
  /** Names of those that are there already in another version. */
  readonly upgraded: ReadonlySet<string>;
  /** Some were removed before without their configuration: dpkg keeps to what was done to it. */
  readonly leftovers: boolean;
  /** What they put at a path, without a leading /usr before bin, sbin and lib (see `merged`). */
  readonly entries: ReadonlyMap<string, Present>;
  /** Which package puts a program into a folder of programs, by its name. */
  readonly programs: ReadonlyMap<string, string>;
  /** Contents of their configuration and units, by path. */
  readonly texts: ReadonlyMap<string, Buffer>;
  /** What their maintainers' scripts and the snippets for tmpfiles and sysusers say. */
  readonly scripts: readonly string[];
  /** The host has a policy of its own on which services may start. */
  readonly policy: boolean;
}

/** Paths below are not listed: many, and rarely asked for. */
export const unlisted = ['/usr/share/doc/', '/usr/share/locale/', '/usr/share/man/', '/usr/share/info/'];

/** Debian's /bin, /sbin and /lib are links into /usr: one name for both. */
export const merged = (path: string): string => path.replace(/^\/usr(?=\/(?:bin|sbin|lib)(?:\/|$))/, '');

/** Of all packages, as they are fetched. Unpacked, one at a time, they take several times as much. */
const largestMegabytes = 200;

/**
 * Lets apt fetch the packages and looks into them; null where that cannot be had. All of it stays in the host's memory
 * (/dev/shm), is gone at the end, and takes seconds: asked only in check mode, and only when a later task asks for
 * something that is not there.
 */
export function aptForecast(steps: readonly AptStep[]): Probe<AptForecast | null> {
  return {
    key: `apt-forecast:${createHash('sha256').update(JSON.stringify(steps)).digest('hex')}`,
    follows: aptBase,
    script: [
      '[ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] || exit 3',
      'umask 022; export LC_ALL=C DEBIAN_FRONTEND=noninteractive',
      'd=$(mktemp -d /dev/shm/tsplay-XXXXXXXXXX) || exit 3',
      `trap 'rm -rf -- "$d"' EXIT; trap 'exit 3' HUP INT TERM`,
      'mkdir -p "$d/lists/partial" "$d/archives/partial" "$d/sources" "$d/keys" "$d/texts" || exit 3',
      'cp -pR /etc/apt/sources.list.d/. "$d/sources/" 2>/dev/null',
      'cp /var/lib/dpkg/status "$d/status" || exit 3',
      `lists=/var/lib/apt/lists`,
      `aptget() { apt-get -y -q ${memoryOnly} -o Dir::State::lists="$lists" "$@"; }`,
      ...steps.flatMap(stepScript),
      ...report,
    ].join('\n'),
    parse: (out) => (out.code === 0 ? forecastOf(out.stdout) : null),
  };
}

/** All that a forecast hangs on, in one word: what is installed, where packages come from, and what is known of them. */
const aptBase: Probe<string> = {
  key: 'apt-base:',
  script:
    '{ id -u; dpkg --print-architecture; cat /var/lib/dpkg/status; find /etc/apt -type f | sort | while read -r file; do cat "$file"; done; ls -ln --time-style=+ /var/lib/apt/lists; ls /usr/sbin/policy-rc.d; } 2>/dev/null | sha256sum',
  parse: ({ stdout }) => stdout.slice(0, 64),
};

/** Nothing is written but below $d, and nothing is locked. */
const memoryOnly = [
  'Debug::NoLocking=1',
  'APT::Sandbox::User=root',
  'Acquire::Languages=none',
  'Dir::Cache::pkgcache=',
  'Dir::Cache::srcpkgcache=',
  'Dir::Log::Planner=/dev/null',
  'Dir::Cache::archives="$d/archives"',
  'Dir::Etc::sourceparts="$d/sources"',
  'Dir::State::status="$d/status"',
]
  .map((option) => `-o ${option}`)
  .join(' ');

function stepScript(step: AptStep): string[] {
  if (step.kind === 'remove') return [];
  if (step.kind === 'sources') {
    const update = 'lists="$d/lists"; aptget -o APT::Update::Error-Mode=any update >/dev/null || exit 4';
    return [...step.files.flatMap(fileScript), ...(step.refresh ? [update] : [])];
  }
  return [
    sh`aptget --print-uris ${step.words} >"$d/uris" || exit 5`,
    // What others must give way for is not looked into, nor what would fill the memory.
    `awk -v free="$(df -Pm /dev/shm | awk 'NR == 2 { print int($4 / 4) }')" '/^The following packages will be (REMOVED|DOWNGRADED)/ { exit 1 } NF == 4 && $4 ~ /:/ { bytes += $3 } END { if (bytes / 1048576 > free || bytes / 1048576 > ${largestMegabytes}) exit 1 }' "$d/uris" || exit 5`,
    `set --; debs=
     while read -r uri file size hash; do
       case $uri in "'"*) ;; *) continue ;; esac
       uri=\${uri#?}; uri=\${uri%?}; debs="$debs $file"
       if [ -e "/var/cache/apt/archives/$file" ]; then ln -s "/var/cache/apt/archives/$file" "$d/archives/"
       elif [ ! -e "$d/archives/$file" ]; then set -- "$@" "$uri" "$d/archives/$file" "$hash"; fi
     done <"$d/uris"`,
    '[ $# -eq 0 ] || /usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file "$@" >/dev/null || exit 5',
    // From here on these packages count as installed.
    `names=' '
     for deb in $debs; do
       dpkg-deb -f "$d/archives/$deb" >"$d/fields" || exit 5
       name=$(sed -n 's/^Package: //p' "$d/fields"); names="$names$name "
       echo "package $name $(sed -n 's/^Version: //p' "$d/fields")"
       { sed '1a Status: install ok installed' "$d/fields"; echo; } >>"$d/installed"; echo "$d/archives/$deb" >>"$d/debs"
     done
     if [ -n "$debs" ]; then
       dpkg-query -W -f='old \${db:Status-Status} \${Package}\\n' $names 2>/dev/null
       awk -v RS= -v ORS='\\n\\n' -v names="$names" '{ first = $0; sub(/\\n.*/, "", first); sub(/^Package: /, "", first); if (!index(names, " " first " ")) print }' "$d/status" >"$d/others" &&
         cat "$d/others" "$d/installed" >"$d/status" && rm "$d/installed" || exit 5
     fi`,
  ];
}

function fileScript({ path, text, url }: AptFile): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path.startsWith('/etc/apt/sources.list.d/'))
    return [text === null ? sh`rm -f -- "$d"/sources/${name}` : sh`printf %s ${text} >"$d"/sources/${name}`];
  if (text === null && url === undefined) return [];
  return [
    text === null
      ? `( ${fetchKey(url!)} ) >"$d"/keys/${sh`${name}`} || exit 4`
      : sh`printf %s ${text} >"$d"/keys/${name}`,
    `sed -i "s|${path.replaceAll(/[.|\\&"$`]/g, '\\$&')}|$d/keys/${name}|" "$d"/sources/*.sources`,
  ];
}

const texts = ['./etc/*', ...['./lib', './usr/lib'].flatMap((lib) => [`${lib}/systemd/system/*`])];
const snippets = ['./usr/lib/tmpfiles.d/*', './usr/lib/sysusers.d/*', './lib/tmpfiles.d/*'];

const report = [
  '[ ! -x /usr/sbin/policy-rc.d ] || echo policy',
  '[ -e "$d/debs" ] || exit 0',
  'while read -r deb; do',
  '  echo "from $(dpkg-deb -f "$deb" Package)"',
  '  rm -rf "$d/control"; dpkg-deb -e "$deb" "$d/control" && dpkg-deb --fsys-tarfile "$deb" >"$d/data.tar" || exit 5',
  '  for script in preinst postinst triggers; do [ ! -e "$d/control/$script" ] || echo "script $(base64 -w 0 <"$d/control/$script")"; done',
  `  tar -tvf "$d/data.tar" | grep -v ${unlisted.map((folder) => sh`-e ${` .${folder}`}`).join(' ')} | sed 's/^/entry /'`,
  `  tar -xf "$d/data.tar" -C "$d/texts" --no-same-owner --wildcards ${sh`${[...texts, ...snippets]}`} 2>/dev/null`,
  'done <"$d/debs"',
  `cd "$d/texts" && find . -type f -size -64k | while read -r file; do echo "text $(base64 -w 0 <"$file") $file"; done`,
];

function forecastOf(said: string): AptForecast {
  const packages = new Map<string, string>();
  const upgraded = new Set<string>();
  const entries = new Map<string, Present>();
  const programs = new Map<string, string>();
  const texts = new Map<string, Buffer>();
  const scripts: string[] = [];
  let owner = '';
  let [leftovers, policy] = [false, false];
  for (const line of said.split('\n')) {
    const [kind, one = '', two = ''] = line.split(' ');
    if (kind === 'package') packages.set(one, two);
    else if (kind === 'old' && one === 'config-files') leftovers = true;
    else if (kind === 'old' && one !== 'not-installed') upgraded.add(two);
    else if (kind === 'policy') policy = true;
    else if (kind === 'from') owner = one;
    else if (kind === 'script') scripts.push(Buffer.from(one, 'base64').toString());
    else if (kind === 'entry') {
      const [path, state] = entryOf(line.slice('entry '.length)) ?? [];
      if (path === undefined || !state) continue;
      entries.set(merged(path), state);
      const [, program] = /^(?:\/usr)?\/s?bin\/([^/]+)$/.exec(path) ?? [];
      if (program !== undefined) programs.set(program, owner);
    } else if (kind === 'text') {
      const path = merged(line.slice(kind.length + one.length + 3));
      texts.set(path, Buffer.from(one, 'base64'));
      if (/\/(?:tmpfiles|sysusers)\.d\//.test(path)) scripts.push(texts.get(path)!.toString());
    }
  }
  return { packages, upgraded, leftovers, entries, programs, texts, scripts, policy };
}

const kinds = { '-': 'file', d: 'directory', l: 'link', h: 'file' } as const;

/** A line of `tar -tv`; a name with odd characters in it is left out by its escapes: never asked for. */
function entryOf(line: string): readonly [string, Present] | undefined {
  const [, letter, bits, owner, group, rest] =
    /^(.)([-rwxsStT]{9}) ([^/ ]+)\/(\S+) +\d+ \S+ \S+ \.(.*)$/.exec(line) ?? [];
  const type = kinds[letter as keyof typeof kinds];
  if (type === undefined || bits === undefined) return undefined;
  const [name, target] = (letter === 'h' ? rest!.split(' link to ', 1) : rest!.split(' -> ')) as [string, string?];
  const state = { type, mode: modeOf(bits), owner: owner!, group: group! };
  return [name.replace(/\/$/, ''), letter === 'l' ? { ...state, target: target ?? '' } : state];
}

/** `rwxr-sr-x` in four octal digits. */
function modeOf(bits: string): string {
  const special = [2, 5, 8].map((i) => (/[sStT]/.test(bits[i]!) ? 1 : 0));
  const digit = (from: number): number =>
    [...bits.slice(from, from + 3)].reduce<number>((sum, bit, i) => sum + (/[-ST]/.test(bit) ? 0 : 4 >> i), 0);
  return [special.reduce<number>((sum, bit, i) => sum + bit * (4 >> i), 0), digit(0), digit(3), digit(6)].join('');
}
