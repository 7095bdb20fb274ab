import { parseInstall } from '../system/install-section.ts';
import { aliasOf, noUnit, templateOf, type UnitState } from '../system/unit-state.ts';
import { names } from './apt-contents.ts';
import type { AptForecast } from './apt-forecast.ts';

/**
 * How a unit will be right after packages have been installed: as debhelper's scripts, which nearly all packages have,
 * enable and start it. Undefined where they do it in another way, or where the unit itself may decide.
 */
export function unitWillBe(unit: string, forecast: AptForecast): UnitState | undefined {
  const path = [unit, templateOf(unit) ?? unit]
    .flatMap((name) => [`/lib/systemd/system/${name}`, `/etc/systemd/system/${name}`])
    .find((at) => forecast.entries.has(at));
  const scripts = forecast.scripts.join('\n');
  const mentioned = names(forecast, unit) || names(forecast, unit.replace(/\.service$/, ''));
  const real = path === undefined ? ownerOfAlias(unit, forecast) : undefined;
  if (real !== undefined) return aliasOf(real);
  if (path === undefined)
    return mentioned || forecast.entries.has(`/etc/init.d/${unit.slice(0, -8)}`) ? undefined : noUnit;
  const text = forecast.texts.get(path)?.toString();
  if (forecast.entries.get(path)!.type !== 'file' || text === undefined || forecast.leftovers) return undefined;
  const handled =
    /^[^#\n]*(?:deb-systemd-helper|deb-systemd-invoke|systemctl)(?: .*)? (?:enable|start|restart|\$_dh_action) .*$/gm;
  const lines = (scripts.match(handled) ?? []).map((line) => line.replaceAll(/['"]/g, ' ').split(/\s+/));
  const done = (verbs: readonly string[]): boolean =>
    lines.some((words) => words.includes(unit) && verbs.some((verb) => words.includes(verb)));
  const enabled = done(['enable']);
  const started = done(['start', 'restart', '$_dh_action']);
  // Named, but not in this way.
  if (names(forecast, unit) && !enabled && !started) return undefined;
  if (!started && isWanted(unit, path, forecast)) return undefined;
  const [install, conditions] = [/^\[Install\]/m.test(text), /^(?:Condition|Assert)\w+=/m.test(text)];
  if (started && (forecast.policy || conditions)) return undefined;
  const oneshot = /^Type=oneshot\s*$/m.test(text) && !/^RemainAfterExit=(?:yes|true|on|1)\s*$/m.test(text);
  return {
    exists: true,
    running: started && !oneshot,
    enabled: install ? (enabled ? 'yes' : 'no') : 'always',
    masked: false,
    outdated: false,
    oneshot,
  };
}

/** The new unit that has this alias. */
function ownerOfAlias(alias: string, forecast: AptForecast): string | undefined {
  for (const [path, text] of forecast.texts)
    if (/\/systemd\/system\/[^/]+$/.test(path) && parseInstall(text.toString()).aliases.includes(alias))
      return path.slice(path.lastIndexOf('/') + 1);
  return undefined;
}

/** Another new unit may start or enable it. */
function isWanted(unit: string, path: string, forecast: AptForecast): boolean {
  return [...forecast.texts].some(
    ([other, text]) =>
      other !== path &&
      /\/systemd\/system\//.test(other) &&
      text
        .toString()
        .split(/[\s=]+/)
        .includes(unit),
  );
}
