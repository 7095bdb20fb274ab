import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { type AptStep, aptSteps } from './apt-steps.ts';
import { aptForecast } from './apt-forecast.ts';
import { onePackage, packageStates } from './package-states.ts';
import { oneOf, readable } from '../system/readable.ts';

/** dpkg-query ends with 1 where it knows no such package. */
const known = [0, 1];

/** A Debian package as dpkg knows it. */
export interface PackageState {
  /** Null where it is not installed. */
  readonly version: string | null;
  /** Unpacked but not configured, or half way through: dpkg was interrupted. */
  readonly broken: boolean;
  readonly held: boolean;
}

export const noPackage: PackageState = { version: null, broken: false, held: false };

export function packageState(name: string): Probe<PackageState> {
  const format = '${db:Status-Want} ${db:Status-Status} ${Version}\n';
  return {
    key: `package:${name}`,
    script: sh`dpkg-query -W -f=${format} ${name}`,
    parse(out) {
      const [want, status, version] = readable(`package ${name}`, out, known).stdout.split('\n')[0]!.split(' ');
      if (!version || status === 'not-installed' || status === 'config-files') return noPackage;
      return { version, broken: status !== 'installed', held: want === 'hold' };
    },
    tell: ({ version, broken, held }) =>
      version === null ? 'not installed' : `${version}${broken ? ', not configured' : ''}${held ? ', held' : ''}`,
    appearsWith: {
      cause: 'package',
      absent: ({ version }) => version === null,
      async foresee(state, host, coming) {
        if (state.version !== null) return state;
        const steps = aptSteps(coming);
        if (steps && !steps.some(({ kind }) => kind === 'install')) return state;
        const forecast = steps && (await host.read(aptForecast(steps)));
        if (!forecast) return undefined;
        const version = forecast.packages.get(name.split(':')[0]!);
        if (version === undefined) return state;
        return { version, broken: false, held: isHeld(name, steps) };
      },
    },
    ...(onePackage.test(name) && { together: { kind: packageStates, subject: name } }),
  };
}

function isHeld(name: string, steps: readonly AptStep[]): boolean {
  return steps.some((step) => step.kind === 'install' && step.hold.includes(name));
}

/** Whether configuration of a removed package is left: what `purge` takes away. */
export function packageResidue(name: string): Probe<boolean> {
  return {
    key: `package-residue:${name}`,
    script: sh`dpkg-query -W -f='\${db:Status-Status}' ${name}`,
    parse: (out) => readable(`package ${name}`, out, known).stdout.trim() === 'config-files',
  };
}

/** What apt would do, dependencies and all. */
export interface AptPlan {
  /** Versions by package. */
  readonly installs: Readonly<Record<string, string>>;
  readonly removes: readonly string[];
  /** Apt's own words where it cannot be done. */
  readonly error: string | null;
}

/** apt-get's simulation: no lock, and neither cache nor log is written (a cache in memory costs about a second: read only where a change is near). */
export function aptPlan(words: readonly string[]): Probe<AptPlan> {
  const unwritten = ['Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache=', 'Dir::Log::Planner=/dev/null'];
  const argv = ['-s', '-y', '-q', ...unwritten.flatMap((option) => ['-o', option]), ...words];
  return {
    key: `apt-plan:${words.join(' ')}`,
    script: sh`LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get ${argv}`,
    parse(out) {
      const installs: Record<string, string> = {};
      const removes: string[] = [];
      for (const line of out.stdout.split('\n')) {
        const [, act, name, version] = /^(Inst|Remv|Purg) (\S+)(?: \[[^\]]*\])?(?: \((\S+))?/.exec(line) ?? [];
        if (act === 'Inst') installs[name!] = version ?? '';
        else if (act) removes.push(name!);
      }
      const broken = /The following packages have unmet dependencies:\n[\s\S]*$/.exec(out.stdout)?.[0] ?? '';
      return { installs, removes, error: out.code === 0 ? null : `${out.stderr.trim()}\n${broken}`.trim() };
    },
    tell: ({ installs, removes, error }) =>
      error === null
        ? [...Object.entries(installs).map(([name, version]) => `+${name} ${version}`), ...removes.map((n) => `-${n}`)]
            .sort()
            .join(', ') || 'nothing to do'
        : 'it cannot be done',
    appearsWith: { cause: 'package-index', absent: () => true },
  };
}

const indexStates = ['fresh', 'missing', 'older than its sources', 'too old'] as const;
export type IndexState = (typeof indexStates)[number];

/** How apt's package index stands against its sources and, if given, an age in seconds. */
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

/** The package in a .deb on the host; null where there is no such file. */
export function debFile(path: string): Probe<{ readonly name: string; readonly version: string } | null> {
  return {
    key: `deb:${path}`,
    script: sh`dpkg-deb -f ${path} Package && dpkg-deb -f ${path} Version`,
    parse(out) {
      const [name, version] = out.stdout.trim().split('\n');
      return out.code === 0 && name && version ? { name, version } : null;
    },
  };
}
