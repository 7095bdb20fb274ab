import { extname } from 'node:path/posix';
import { readable, TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

import { aliasOf, isTemplate, noUnit, type UnitState, unitName } from './unit-state.ts';

export function unitState(name: string): Probe<UnitState> {
  const unit = unitName(name);
  if (isTemplate(unit)) return templateState(unit);
  const fields = 'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,Type,RemainAfterExit';
  return {
    key: `unit:${unit}`,
    // A script of System V is 'generated': systemctl asks its own tool whether it is enabled. An alias is there only while
    // its unit is enabled: the unit's file names it all the same.
    script: sh`state=$(systemctl show -p ${fields} -- ${unit}) || exit; printf '%s\n' "$state"; case $state in *UnitFileState=generated*) echo "SysV=$(systemctl is-enabled -- ${unit} 2>/dev/null)" ;; *LoadState=not-found*) for at in /etc /run /usr/lib /lib; do grep -lsE -e ${aliasLine(unit)} "$at"/systemd/system/*${extname(unit)}; done | sed 's|.*/|Alias=|; q' ;; esac`,
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
        exists: true,
        running: ['active', 'activating', 'reloading', 'refreshing'].includes(fieldsRead.get('ActiveState') ?? ''),
        enabled:
          file === 'enabled' ? 'yes' : /^(static|alias|indirect|generated|transient)$/.test(file) ? 'always' : 'no',
        masked: load === 'masked',
        ...(file === 'masked-runtime' && { maskedUntilBoot: true as const }),
        outdated: fieldsRead.get('NeedDaemonReload') === 'yes',
        oneshot: fieldsRead.get('Type') === 'oneshot' && fieldsRead.get('RemainAfterExit') !== 'yes',
      };
    },
    describe: describeUnit,
    appearsWith: withPackages<UnitState>({
      absent: (state) => !state.exists,
      appearing: (forecast) => forecast.unit(unit),
      files: ['lib', 'etc'].map((at) => `/${at}/systemd/system/${unit}`),
    }),
  };
}

const aliasLine = (unit: string): string =>
  `^Alias=(.*[[:space:]])?${unit.replaceAll(/[.\\]/g, '\\$&')}([[:space:]]|$)`;

/** Systemd loads no template: only its file has a state. */
function templateState(unit: string): Probe<UnitState> {
  return {
    key: `unit:${unit}`,
    script: sh`systemctl is-enabled -- ${unit} 2>/dev/null; [ -n "$(command -v systemctl)" ]`,
    parse(out) {
      const state = readable(unit, out).stdout.trim();
      if (state === '' || state === 'not-found') return noUnit;
      const masked = state.startsWith('masked');
      return {
        ...noUnit,
        exists: true,
        enabled: state === 'enabled' ? 'yes' : state === 'static' || state === 'generated' ? 'always' : 'no',
        masked,
        ...(state === 'masked-runtime' && { maskedUntilBoot: true as const }),
      };
    },
    describe: describeUnit,
    appearsWith: withPackages<UnitState>({
      absent: (state) => !state.exists,
      appearing: (forecast) => forecast.unit(unit),
      files: ['lib', 'etc'].map((at) => `/${at}/systemd/system/${unit}`),
    }),
  };
}

function describeUnit({ exists, running, enabled, masked, outdated }: UnitState): string {
  if (!exists) return 'no such unit';
  const boot = { yes: 'enabled', no: 'not enabled', always: 'started by other units' }[enabled];
  return [
    running ? 'running' : 'stopped',
    masked ? 'masked' : boot,
    ...(outdated ? ['unit files changed on disk'] : []),
  ].join(', ');
}
