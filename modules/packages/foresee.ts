import { dirname } from 'node:path/posix';
import type { AppearsWith, Eyes, VersionOf } from '../../engine/module/probe.ts';
import { type AptForecast, aptForecast, merged } from './apt-forecast.ts';
import { packageFiles } from './package-files.ts';
import type { Present } from '../files/path.ts';
import { aptSteps } from './apt-steps.ts';
import { unlisted } from './apt-forecast-script.ts';

interface Foresight<T> {
  readonly absent: (value: T) => boolean;
  /** What will be read where nothing is now, as far as the packages tell. */
  readonly appearing: (forecast: AptForecast) => T | undefined;
  /** The files that a value hangs on which is there now: a package that goes or is replaced takes them along. */
  readonly files?: readonly string[];
}

/** How a probe's value hangs on packages that earlier tasks would install or remove. */
export function withPackages<T>({ absent, appearing, files = [] }: Foresight<T>): AppearsWith<T> {
  return {
    cause: 'package',
    absent,
    async foresee(value, host, coming) {
      const steps = aptSteps(coming);
      if (!steps) return absent(value) ? undefined : value;
      const removed = steps.flatMap((step) => (step.kind === 'remove' ? step.names : []));
      if (!absent(value)) {
        if (await areAmong(files, removed, host)) return undefined;
        if (!steps.some((step) => step.kind === 'install' && step.upgrades)) return value;
      }
      if (!steps.some(({ kind }) => kind === 'install')) return value;
      const forecast = await host.read(aptForecast(steps));
      if (!forecast) return undefined;
      if (!absent(value)) {
        const replaced = files.some(
          (file) => (forecast.entries.get(merged(file))?.type ?? 'directory') !== 'directory',
        );
        return replaced ? undefined : value;
      }
      return removed.some((name) => forecast.packages.has(name)) ? undefined : appearing(forecast);
    },
  };
}

async function areAmong(files: readonly string[], packages: readonly string[], host: Eyes): Promise<boolean> {
  if (files.length === 0 || packages.length === 0) return false;
  const theirs = new Set((await host.read(packageFiles(packages))).map(merged));
  return files.some((file) => theirs.has(merged(file)));
}

/** Folders that packages share: that one is named in a script says nothing of what is in it. */
const shared =
  /^\/(?:etc|etc\/(?:default|init\.d|systemd(?:\/system)?)|usr|(?:usr\/)?(?:s?bin|lib|share)|(?:usr\/)?lib\/systemd(?:\/system)?|var(?:\/[^/]+)?|run|home|root|srv|opt|tmp)?$/;

/** What will stand at a path where nothing stands now; null: nothing; undefined: their scripts or services may see to it. */
export function comingAt(path: string, forecast: AptForecast): Present | null | undefined {
  const entry = forecast.entries.get(merged(path));
  const folder = dirname(path);
  if (names(forecast, path) || (!entry && !shared.test(folder) && names(forecast, folder))) return undefined;
  if (entry) return forecast.leftovers && path.startsWith('/etc/') ? undefined : entry;
  if (unlisted.some((prefix) => `${path}/`.startsWith(prefix))) return undefined;
  // What runs writes there.
  if (/^\/(?:var|run)\//.test(path) && startsServices(forecast)) return undefined;
  return null;
}

/** Whether a maintainer's script speaks of a path (not of one below it, unless by a variable or wildcard), a user … */
export function names(forecast: AptForecast, word: string): boolean {
  const spoken = new RegExp(`(?<![\\w./-])${word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-]|\\.\\w|/[\\w.])`);
  return forecast.scripts.some((script) => spoken.test(script));
}

function startsServices(forecast: AptForecast): boolean {
  return forecast.scripts.some((script) => /deb-systemd-invoke|invoke-rc\.d|systemctl +(?:re)?start/.test(script));
}

/** Whether users and groups may come along whose names are not known. */
export function makesAccounts(forecast: AptForecast): boolean {
  return forecast.scripts.some((script) => /adduser|useradd|addgroup|groupadd|^[ug]!? /m.test(script));
}

/** A program tells the version of its package: without Debian's epoch and revision. */
export const versionOfProgram: VersionOf = async (program, host, coming) => {
  const steps = aptSteps(coming);
  const forecast = steps && (await host.read(aptForecast(steps)));
  if (!forecast || steps.some(({ kind }) => kind === 'remove')) return undefined;
  const owner = forecast.programs.get(program);
  return owner === undefined
    ? ''
    : forecast.packages
        .get(owner)!
        .replace(/^\d+:/, '')
        .replace(/-[^-]*$/, '');
};
