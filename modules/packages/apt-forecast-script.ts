import { sh } from '../../engine/module/quote.ts';
import { printed } from '../commands/curl.ts';

/** A file of apt's configuration; null: removed. `url`: its content is fetched from there. */
export interface AptFile {
  readonly path: string;
  readonly text: string | null;
  readonly url?: string;
}

/** What a task changes in apt's configuration or packages, as far as the forecast depends on it. */
export type AptStep =
  | { readonly kind: 'sources'; readonly files: readonly AptFile[]; readonly refresh: boolean }
  | {
      readonly kind: 'install';
      /** For apt-get, with its options. */
      readonly words: readonly string[];
      /** Installed ones are replaced by another version. */
      readonly upgrades: boolean;
      readonly hold: readonly string[];
    }
  | { readonly kind: 'remove'; readonly names: readonly string[] };

/** Paths below are not listed: many, and rarely asked for. */
export const unlisted = ['/usr/share/doc/', '/usr/share/locale/', '/usr/share/man/', '/usr/share/info/'];

/** Of all packages, as they are fetched. Unpacked, one at a time, they take several times as much. */
const largestMegabytes = 200;

/**
 * Lets apt fetch what the steps would install, and prints what is in it, line by line: `package NAME VERSION`,
 * `old STATUS NAME` (it is known to dpkg now), `policy`, and of each in turn `from NAME`, `script BASE64`, `entry …` as tar
 * lists it; at the end `text BASE64 PATH`. Exits with 3 if there is no memory for it, with 4 or 5 if apt fails.
 */
export function forecastScript(steps: readonly AptStep[]): string {
  return [
    '[ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] || exit 3',
    'umask 022; export LC_ALL=C DEBIAN_FRONTEND=noninteractive',
    'd=$(mktemp -d /dev/shm/tsplay-XXXXXXXXXX) || exit 3',
    `trap 'rm -rf -- "$d"' EXIT; trap 'exit 3' HUP INT TERM`,
    'mkdir -p "$d/lists/partial" "$d/archives/partial" "$d/sources" "$d/keys" "$d/texts" || exit 3',
    // apt fetches as a separate user.
    'chmod 711 "$d"; chown _apt "$d/archives" "$d/archives/partial" "$d/lists/partial" 2>/dev/null',
    'cp -pR /etc/apt/sources.list.d/. "$d/sources/" 2>/dev/null',
    'cp /var/lib/dpkg/status "$d/status" || exit 3',
    `lists=/var/lib/apt/lists`,
    `aptget() { apt-get -y -q ${memoryOnly} -o Dir::State::lists="$lists" "$@"; }`,
    ...steps.flatMap(stepScript),
    ...report,
  ].join('\n');
}

/** Nothing is written but below $d, and nothing is locked. */
const memoryOnly = [
  'Debug::NoLocking=1',
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
    // Not inspected: packages that need others removed, and downloads that would fill the memory.
    `awk -v free="$(df -Pm /dev/shm | awk 'NR == 2 { print int($4 / 4) }')" '/^The following packages will be (REMOVED|DOWNGRADED)/ { exit 1 } NF == 4 && $4 ~ /:/ { bytes += $3 } END { if (bytes / 1048576 > free || bytes / 1048576 > ${largestMegabytes}) exit 1 }' "$d/uris" || exit 5`,
    `set --; debs=
     while read -r uri file size hash; do
       case $uri in "'"*) ;; *) continue ;; esac
       uri=\${uri#?}; uri=\${uri%?}; debs="$debs $file"
       if [ -e "/var/cache/apt/archives/$file" ]; then ln -s "/var/cache/apt/archives/$file" "$d/archives/"
       elif [ ! -e "$d/archives/$file" ]; then set -- "$@" "$uri" "$d/archives/$file" "$hash"; fi
     done <"$d/uris"`,
    '[ $# -eq 0 ] || /usr/lib/apt/apt-helper -q download-file "$@" >/dev/null || exit 5',
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
      ? `( ${printed(url!, { seconds: 60, apt: true })} ) >"$d"/keys/${sh`${name}`} || exit 4`
      : sh`printf %s ${text} >"$d"/keys/${name}`,
    `sed -i "s|${path.replaceAll(/[.|\\&"$`]/g, '\\$&')}|$d/keys/${name}|" "$d"/sources/*.sources`,
  ];
}

const carried = ['./etc/*', ...['./lib', './usr/lib'].flatMap((lib) => [`${lib}/systemd/system/*`])];
const snippets = ['./usr/lib/tmpfiles.d/*', './usr/lib/sysusers.d/*', './lib/tmpfiles.d/*'];

const report = [
  '[ ! -x /usr/sbin/policy-rc.d ] || echo policy',
  '[ -e "$d/debs" ] || exit 0',
  'while read -r deb; do',
  '  echo "from $(dpkg-deb -f "$deb" Package)"',
  '  rm -rf "$d/control"; dpkg-deb -e "$deb" "$d/control" && dpkg-deb --fsys-tarfile "$deb" >"$d/data.tar" || exit 5',
  '  for script in preinst postinst triggers; do [ ! -e "$d/control/$script" ] || echo "script $(base64 -w 0 <"$d/control/$script")"; done',
  `  tar -tvf "$d/data.tar" | grep -v ${unlisted.map((folder) => sh`-e ${` .${folder}`}`).join(' ')} | sed 's/^/entry /'`,
  `  tar -xf "$d/data.tar" -C "$d/texts" --no-same-owner --wildcards ${sh`${[...carried, ...snippets]}`} 2>/dev/null`,
  'done <"$d/debs"',
  `cd "$d/texts" && find . -type f -size -64k | while read -r file; do echo "text $(base64 -w 0 <"$file") $file"; done`,
];
