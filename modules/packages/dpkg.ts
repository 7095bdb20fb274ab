import { readable } from '../../engine/module/failure.ts';
import type { Probe, ProbeKind } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { upcomingChanges } from './upcoming.ts';

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
    describe: ({ version, broken, held }) =>
      version === null ? 'not installed' : `${version}${broken ? ', not configured' : ''}${held ? ', held' : ''}`,
    appearsWith: {
      cause: 'package',
      absent: ({ version }) => version === null,
      async foresee(state, host, upcoming) {
        if (state.version !== null) return state;
        const changes = upcomingChanges(upcoming);
        if (changes && !changes.installs) return state;
        const forecast = await changes?.forecast(host);
        if (!changes || !forecast) return undefined;
        const version = forecast.version(name);
        return version === undefined ? state : { version, broken: false, held: changes.holds(name) };
      },
    },
    ...(onePackage.test(name) && { together: { kind: packageStates, subject: name } }),
  };
}

/** Whether configuration of a removed package is left: what `purge` takes away. */
export function packageResidue(name: string): Probe<boolean> {
  return {
    key: `package-residue:${name}`,
    script: sh`dpkg-query -W -f='\${db:Status-Status}' ${name}`,
    parse: (out) => readable(`package ${name}`, out, known).stdout.trim() === 'config-files',
  };
}

/** The installed packages that provide any of these names, by name. */
export function installedProviders(names: readonly string[]): Probe<ReadonlyMap<string, readonly string[]>> {
  return {
    key: `package-providers:${names.join(' ')}`,
    script: sh`awk -v names=${` ${names.join(' ')} `} '/^Package: / { package = $2 } /^Status: / { there = / installed$/ } /^Provides: / && there { gsub(/\\([^)]*\\)|,/, " "); for (i = 2; i <= NF; i++) if (index(names, " " $i " ")) print $i, package }' /var/lib/dpkg/status`,
    parse(out) {
      const found = new Map<string, string[]>();
      for (const line of readable('the installed packages', out).stdout.split('\n').filter(Boolean)) {
        const [name, owner] = line.split(' ') as [string, string];
        found.set(name, [...(found.get(name) ?? []), owner]);
      }
      return found;
    },
  };
}

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

/** The paths that installed packages have brought; those that are not installed have none. */
export function packageFiles(names: readonly string[]): Probe<readonly string[]> {
  return {
    key: `package-files:${names.join(' ')}`,
    script: sh`dpkg -L -- ${names} 2>/dev/null`,
    parse: (out) => out.stdout.split('\n').filter((line) => line.startsWith('/')),
  };
}

/** A name of exactly one package: no pattern, no architecture. */
export const onePackage = /^[a-z0-9][a-z0-9.+-]*$/;

/** The states of several packages from one dpkg-query, which reads all that dpkg knows, whatever it is asked for. */
export const packageStates: ProbeKind = {
  script: (names) => sh`dpkg-query -W -f='\${Package} \${db:Status-Want} \${db:Status-Status} \${Version}\n' ${names}`,
  shares(out, names) {
    if (out.code > 1) return undefined;
    const found = new Map<string, string>();
    for (const line of out.stdout.split('\n')) {
      const name = line.split(' ', 1)[0]!;
      found.set(name, `${found.get(name) ?? ''}${line.slice(name.length + 1)}\n`);
    }
    return names.map((name) => {
      const stdout = found.get(name);
      if (stdout !== undefined) return { code: 0, stdout, stderr: '' };
      return { code: 1, stdout: '', stderr: `dpkg-query: no packages found matching ${name}\n` };
    });
  },
};
