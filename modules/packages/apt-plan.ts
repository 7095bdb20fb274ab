import { oneOf } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** What apt would do, including dependencies. */
export interface AptPlan {
  /** Versions by package. */
  readonly installs: Readonly<Record<string, string>>;
  readonly removes: readonly string[];
  /** What apt takes for a name that only other packages provide, by that name. */
  readonly selected: Readonly<Record<string, string>>;
  /** Apt's own words where it cannot be done. */
  readonly error: string | null;
}

/** apt-get's simulation: no lock, and neither cache nor log is written (a cache in memory costs about a second: read only where a change is near). */
export function aptPlan(words: readonly string[]): Probe<AptPlan> {
  const unwritten = ['Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache=', 'Dir::Log::Planner=/dev/null'];
  // Any quieter, and apt does not say what it selects instead of a virtual package.
  const shown = ['quiet=0', 'quiet::NoProgress=1'];
  const argv = ['-s', '-y', ...[...shown, ...unwritten].flatMap((option) => ['-o', option]), ...words];
  return {
    key: `apt-plan:${words.join(' ')}`,
    script: sh`LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get ${argv}`,
    parse(out) {
      const installs: Record<string, string> = {};
      const removes: string[] = [];
      const selected: Record<string, string> = {};
      for (const line of out.stdout.split('\n')) {
        const [, real, virtual] = /^Note, selecting '(\S+)' instead of '(\S+)'$/.exec(line) ?? [];
        if (virtual !== undefined) selected[virtual] = real!;
        const [, act, name, version] = /^(Inst|Remv|Purg) (\S+)(?: \[[^\]]*\])?(?: \((\S+))?/.exec(line) ?? [];
        if (act === 'Inst') installs[name!] = version ?? '';
        else if (act) removes.push(name!);
      }
      const why = /(?:^Package \S+ is (?:a virtual|not available)|The following packages have unmet)[\s\S]*$/m;
      const said = out.stderr.replaceAll(/^N: .*\n?/gm, '').trim();
      const error = out.code === 0 ? null : `${said}\n${why.exec(out.stdout)?.[0] ?? ''}`.trim();
      return { installs, removes, selected, error };
    },
    describe: ({ installs, removes, error }) =>
      error === null
        ? [...Object.entries(installs).map(([name, version]) => `+${name} ${version}`), ...removes.map((n) => `-${n}`)]
            .sort()
            .join(', ') || 'nothing to do'
        : 'not possible',
    appearsWith: { cause: 'package-index', absent: () => true },
  };
}

const indexStates = ['fresh', 'missing', 'older than its sources', 'too old'] as const;
export type IndexState = (typeof indexStates)[number];

/** State of apt's package index relative to its sources and, if given, to an age in seconds. */
export function aptIndex(validSeconds?: number): Probe<IndexState> {
  return {
    key: `apt-index:${validSeconds ?? ''}`,
    volatile: true, // it grows old by itself; what it offers is what apt would do (apt-plan)
    script: [
      'lists=/var/lib/apt/lists',
      `stamp=${updateStamp}`,
      'set -- "$lists"/*_Packages*',
      '[ -e "$1" ] || { echo missing; exit 0; }',
      '[ -e "$stamp" ] || stamp=$lists', // an update that failed touches the lists as well: they count only where there is no stamp
      'newer=$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer "$stamp" 2>/dev/null | head -n 1)',
      'if [ -n "$newer" ]; then echo older than its sources',
      ...(validSeconds === undefined
        ? []
        : [sh`elif [ $(( $(date +%s) - $(stat -c %Y "$stamp") )) -gt ${validSeconds} ]; then echo too old`]),
      'else echo fresh; fi',
    ].join('\n'),
    parse: (out) => oneOf("apt's package index", out, indexStates),
    appearsWith: { cause: 'package-index', absent: (state) => state !== 'fresh' },
  };
}

/** Ubuntu's own stamp of the last update that succeeded; the lists' times are those of the server. */
export const updateStamp = '/var/lib/apt/periodic/update-success-stamp';
