import { extname } from 'node:path/posix';
import { readable, TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

import { aliasOf, isTemplate, noUnit, templateOf, type UnitState, unitName } from './unit-state.ts';

export function unitState(name: string): Probe<UnitState> {
  const unit = unitName(name);
  if (isTemplate(unit)) return templateState(unit);
  const fields = 'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,DropInPaths,Type,RemainAfterExit';
  return {
    key: `unit:${unit}`,
    // A script of System V is 'generated': systemctl asks its own tool whether it is enabled. An alias is there only while
    // its unit is enabled: the unit's file names it all the same.
    script:
      sh`state=$(systemctl show -p ${fields} -- ${unit}) || exit; printf '%s\n' "$state"; case $state in *UnitFileState=generated*) echo "SysV=$(systemctl is-enabled -- ${unit} 2>/dev/null)" ;; *LoadState=not-found*|*LoadState=masked*) for at in /etc /run /usr/lib /lib; do grep -lsE -e ${aliasLine(unit)} "$at"/systemd/system/*${extname(unit)}; done | sed 's|.*/|Alias=|; q' ;; esac` +
      `; case $state in *LoadState=masked*) ${hidden(unit)} ;; *LoadState=loaded*) ${newDropIns(unit)} ;; esac`,
    parse(out) {
      if (out.code !== 0)
        throw new TaskFailure(`cannot query systemd about ${unit}: ${out.stderr.trim() || `exit code ${out.code}`}`, {
          output: out,
          hint: 'check that systemd is the init system of this host',
        });
      const fieldsRead = new Map(
        out.stdout
          .split('\n')
          .map((line): [string, string] => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)]),
      );
      const load = fieldsRead.get('LoadState');
      const owner = fieldsRead.get('Alias');
      if (load === 'not-found') return owner === undefined ? noUnit : aliasOf(owner);
      const id = fieldsRead.get('Id') ?? unit;
      if (id !== unit) return aliasOf(id);
      const file = fieldsRead.get('SysV') || fieldsRead.get('UnitFileState') || '';
      return {
        exists:
          load !== 'masked' ||
          owner !== undefined ||
          fieldsRead.has('Hidden') ||
          !/\.(?:service|socket|timer|path|target)$/.test(unit),
        running: ['active', 'activating', 'reloading', 'refreshing'].includes(fieldsRead.get('ActiveState') ?? ''),
        enabled:
          file === 'enabled' ? 'yes' : /^(static|alias|indirect|generated|transient)$/.test(file) ? 'always' : 'no',
        masked: load === 'masked',
        ...(file === 'masked-runtime' && { maskedUntilBoot: true as const }),
        outdated: fieldsRead.get('NeedDaemonReload') === 'yes' || fieldsRead.has('NewDropIn'),
        oneshot: fieldsRead.get('Type') === 'oneshot' && fieldsRead.get('RemainAfterExit') !== 'yes',
      };
    },
    describe: describeUnit,
    appearsWith: withPackages<UnitState>({
      absent: (state) => !state.exists,
      appearing: (forecast, found) => appearing(forecast.unit(unit), found),
      files: ['lib', 'etc'].map((at) => `/${at}/systemd/system/${unit}`),
    }),
  };
}

const aliasLine = (unit: string): string =>
  `^Alias=(.*[[:space:]])?${unit.replaceAll(/[.\\]/g, '\\$&')}([[:space:]]|$)`;

/** A mask is a link to /dev/null, which is empty; the unit itself, or that of which it is made, is a file elsewhere. */
function hidden(unit: string): string {
  const names = [unit, templateOf(unit) ?? unit];
  const script = `/etc/init.d/${unit.replace(/\.service$/, '')}`;
  return sh`for name in ${names}; do for at in /etc/systemd/system* /run/systemd/system* /run/systemd/transient /run/systemd/generator* /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do [ ! -s "$at/$name" ] || { echo Hidden=yes; break 2; }; done; done; [ ! -e ${script} ] || echo Hidden=yes`;
}

/** Systemd itself does not notice the first drop-in of a unit: it looks only into folders that were there when it loaded them. */
function newDropIns(unit: string): string {
  return sh`for file in /etc/systemd/system/${unit}.d/*.conf; do if [ -s "$file" ]; then case $state in *"$file"*) ;; *) echo NewDropIn=yes ;; esac; fi; done`;
}

/** A mask stays where a package brings its unit: it is not started. */
function appearing(unit: UnitState | undefined, found: UnitState): UnitState | undefined {
  if (!found.masked || !unit?.exists) return found.masked && unit ? found : unit;
  return unit.alias === undefined ? { ...found, exists: true } : undefined;
}

/** Systemd loads no template: only its file has a state. */
function templateState(unit: string): Probe<UnitState> {
  return {
    key: `unit:${unit}`,
    script:
      sh`state=$(systemctl is-enabled -- ${unit} 2>/dev/null); echo "$state"; ` +
      `case $state in masked*) ${hidden(unit)} ;; esac; [ -n "$(command -v systemctl)" ]`,
    parse(out) {
      const [state = '', below] = readable(unit, out).stdout.trim().split('\n');
      if (state === '' || state === 'not-found') return noUnit;
      const masked = state.startsWith('masked');
      return {
        ...noUnit,
        exists: !masked || below !== undefined,
        enabled: state === 'enabled' ? 'yes' : state === 'static' || state === 'generated' ? 'always' : 'no',
        masked,
        ...(state === 'masked-runtime' && { maskedUntilBoot: true as const }),
      };
    },
    describe: describeUnit,
    appearsWith: withPackages<UnitState>({
      absent: (state) => !state.exists,
      appearing: (forecast, found) => appearing(forecast.unit(unit), found),
      files: ['lib', 'etc'].map((at) => `/${at}/systemd/system/${unit}`),
    }),
  };
}

function describeUnit({ exists, running, enabled, masked, outdated }: UnitState): string {
  if (!exists) return masked ? 'no such unit, but a mask' : 'no such unit';
  const boot = { yes: 'enabled', no: 'not enabled', always: 'started by other units' }[enabled];
  return [
    running ? 'running' : 'stopped',
    masked ? 'masked' : boot,
    ...(outdated ? ['unit files changed on disk'] : []),
  ].join(', ');
}
