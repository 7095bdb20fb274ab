import type { AppearsWith, LiveReader, UpcomingEffect, VersionOf } from '../../engine/module/probe.ts';
import type { Present } from '../files/path-state.ts';
import type { UnitState } from '../system/unit-state.ts';

/**
 * A package manager as check mode sees it. What its tasks pass to `mayAppear` names it, so that probes of files, units
 * and accounts can ask it what packages would bring, without knowing which one it is.
 */
export interface PackageManager<Step = unknown> {
  /** What these steps change on the host, in their order. */
  changes(steps: readonly Step[]): PackageChanges;
}

/** What a task passes to `mayAppear`: its step, and the package manager that can forecast it. */
export interface PackageEffect<Step = unknown> {
  readonly manager: PackageManager<Step>;
  readonly step: Step;
}

export interface PackageChanges {
  readonly installs: boolean;
  /** An installed package is replaced by another version. */
  readonly upgrades: boolean;
  /** The names of removed packages. */
  readonly removes: readonly string[];
  holds(name: string): boolean;
  /** The paths of the files in these installed packages. */
  filesOf(names: readonly string[], host: LiveReader): Promise<readonly string[]>;
  /** What the installed packages would bring; null where that cannot be determined. */
  forecast(host: LiveReader): Promise<PackageForecast | null>;
}

/** What packages that are not installed yet would bring. */
export interface PackageForecast {
  /** The version of a package; undefined where it is not among them. */
  version(name: string): string | undefined;
  /** The version of a program as the program itself reports it; empty where no package brings the program. */
  programVersion(program: string): string;
  /** What will be at a path where there is nothing now; null: nothing; undefined: cannot be known. */
  path(path: string): Present | null | undefined;
  /** The content of a file, where it is known. */
  text(path: string): Buffer | undefined;
  /** Whether they overwrite the file at a path. */
  replaces(path: string): boolean;
  /** The state of a unit that does not exist now; undefined: cannot be known. */
  unit(name: string): UnitState | undefined;
  /** Whether they may create this user or group; without a name: any. */
  mayCreateAccount(name?: string): boolean;
}

/** All changes to packages by earlier tasks; undefined where a task does not say what it brings. */
export function upcomingChanges(upcoming: readonly UpcomingEffect[]): PackageChanges | undefined {
  const effects = upcoming
    .filter(({ cause }) => cause !== 'kernel-module')
    .map(({ brings }) => brings as PackageEffect | undefined);
  const manager = effects[0]?.manager;
  const steps: unknown[] = [];
  for (const effect of effects) {
    if (!effect || effect.manager !== manager) return undefined;
    steps.push(effect.step);
  }
  return manager ? manager.changes(steps) : none;
}

const none: PackageChanges = {
  installs: false,
  upgrades: false,
  removes: [],
  holds: () => false,
  filesOf: () => Promise.resolve([]),
  forecast: () => Promise.resolve(null),
};

interface Foresight<T> {
  readonly absent: (value: T) => boolean;
  /** What will be read where nothing is now, as far as the packages determine it. */
  readonly appearing: (forecast: PackageForecast, found: T) => T | undefined;
  /** The files on which a present value depends: it may change when their package is removed or replaced. */
  readonly files?: readonly string[];
}

/** How a probe's value depends on packages that earlier tasks would install or remove. */
export function withPackages<T>({ absent, appearing, files = [] }: Foresight<T>): AppearsWith<T> {
  return {
    cause: 'package',
    absent,
    async foresee(value, host, upcoming) {
      const changes = upcomingChanges(upcoming);
      if (!changes) return absent(value) ? undefined : value;
      if (!absent(value)) {
        if (await areAmong(files, changes, host)) return undefined;
        if (!changes.upgrades) return value;
      }
      if (!changes.installs) return value;
      const forecast = await changes.forecast(host);
      if (!forecast) return undefined;
      if (!absent(value)) return files.some((file) => forecast.replaces(file)) ? undefined : value;
      const removedAgain = changes.removes.some((name) => forecast.version(name) !== undefined);
      return removedAgain ? undefined : appearing(forecast, value);
    },
  };
}

async function areAmong(files: readonly string[], changes: PackageChanges, host: LiveReader): Promise<boolean> {
  if (files.length === 0 || changes.removes.length === 0) return false;
  const theirs = new Set((await changes.filesOf(changes.removes, host)).map(merged));
  return files.some((file) => theirs.has(merged(file)));
}

/** /bin, /sbin and /lib are links into /usr on current distributions: one name for both. */
export const merged = (path: string): string => path.replace(/^\/usr(?=\/(?:bin|sbin|lib)(?:\/|$))/, '');

/** The version that a program would report after the changes. */
export const versionOfProgram: VersionOf = async (program, host, upcoming) => {
  const changes = upcomingChanges(upcoming);
  const forecast = await changes?.forecast(host);
  if (!changes || !forecast || changes.removes.length > 0) return undefined;
  return forecast.programVersion(program);
};
