import { TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

import { noUnit, type UnitState, unitName } from './unit-state.ts';

export function unitState(name: string): Probe<UnitState> {
  const unit = unitName(name);
  const fields = 'LoadState,ActiveState,UnitFileState,NeedDaemonReload,Type,RemainAfterExit';
  return {
    key: `unit:${unit}`,
    // A script of System V is 'generated': systemctl asks its own tool whether it is enabled.
    script: sh`state=$(systemctl show -p ${fields} -- ${unit}) || exit; printf '%s\n' "$state"; case $state in *UnitFileState=generated*) echo "SysV=$(systemctl is-enabled -- ${unit} 2>/dev/null)" ;; esac`,
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
      if (load === 'not-found') return noUnit;
      const file = fieldsRead.get('SysV') || fieldsRead.get('UnitFileState') || '';
      return {
        exists: true,
        running: ['active', 'activating', 'reloading', 'refreshing'].includes(fieldsRead.get('ActiveState') ?? ''),
        enabled: file.startsWith('enabled')
          ? 'yes'
          : /^(static|alias|indirect|generated|transient)$/.test(file)
            ? 'always'
            : 'no',
        masked: load === 'masked',
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

function describeUnit({ exists, running, enabled, masked, outdated }: UnitState): string {
  if (!exists) return 'no such unit';
  const boot = { yes: 'enabled', no: 'not enabled', always: 'started by other units' }[enabled];
  return [
    running ? 'running' : 'stopped',
    masked ? 'masked' : boot,
    ...(outdated ? ['unit files changed on disk'] : []),
  ].join(', ');
}
