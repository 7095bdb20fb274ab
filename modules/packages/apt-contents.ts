import { dirname } from 'node:path/posix';
import type { Present } from '../files/path-state.ts';
import type { AptForecast } from './apt-forecast.ts';
import { unlisted } from './apt-forecast-script.ts';
import { merged } from './upcoming.ts';

/** Folders that packages share: that one is named in a script says nothing of what is in it. */
const shared =
  /^\/(?:etc|etc\/(?:default|init\.d|systemd(?:\/system)?)|usr|(?:usr\/)?(?:s?bin|lib|share)|(?:usr\/)?lib\/systemd(?:\/system)?|var(?:\/[^/]+)?|run|home|root|srv|opt|tmp)?$/;

/** What will stand at a path where nothing stands now; null: nothing; undefined: their scripts or services may see to it. */
export function pathWillBe(path: string, forecast: AptForecast): Present | null | undefined {
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
export function accountsMayAppear(forecast: AptForecast): boolean {
  return forecast.scripts.some((script) => /adduser|useradd|addgroup|groupadd|^[ug]!? /m.test(script));
}

/** What the packages put into a file, as far as it is known. */
export function textAt(path: string, forecast: AptForecast): Buffer | undefined {
  return forecast.texts.get(merged(path));
}

/** A program reports the version of its package, without Debian's epoch and revision. */
export function versionOf(program: string, forecast: AptForecast): string {
  const owner = forecast.programs.get(program);
  if (owner === undefined) return '';
  const version = forecast.packages.get(owner)!;
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}
