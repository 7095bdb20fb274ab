import { dirname } from 'node:path/posix';
import type { Present } from '../files/path-state.ts';
import type { AptForecast } from './apt-forecast.ts';
import { unlisted } from './apt-forecast-script.ts';
import { merged } from './upcoming.ts';

/** Folders that packages share: a script that names one of them says nothing about their contents. */
const shared =
  /^\/(?:etc|etc\/(?:default|init\.d|systemd(?:\/system)?)|usr|(?:usr\/)?(?:s?bin|lib|share)|(?:usr\/)?lib\/systemd(?:\/system)?|var(?:\/[^/]+)?|run|home|root|srv|opt|tmp)?$/;

/** What will be at a path where there is nothing now; null: nothing; undefined: scripts or services may create it. */
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

/** Whether a maintainer script mentions a path (not of one below it, unless by a variable or wildcard), a user … */
export function names(forecast: AptForecast, word: string): boolean {
  const spoken = new RegExp(`(?<![\\w./-])${word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-]|\\.\\w|/[\\w.])`);
  return forecast.scripts.some((script) => spoken.test(script));
}

function startsServices(forecast: AptForecast): boolean {
  return forecast.scripts.some((script) => /deb-systemd-invoke|invoke-rc\.d|systemctl +(?:re)?start/.test(script));
}

/** Whether users and groups with unknown names may be created. */
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
