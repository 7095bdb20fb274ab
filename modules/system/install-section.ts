import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

/** What enabling a unit does beside starting it at boot. */
export interface InstallSection {
  /** Other names that the unit then has. */
  readonly aliases: readonly string[];
  /** Units that are enabled and disabled with it. */
  readonly also: readonly string[];
  /** Of a template: the instance that is enabled in its place. */
  readonly defaultInstance: string | null;
}

export function installSection(unit: string): Probe<InstallSection> {
  return {
    key: `unit-install:${unit}`,
    script: sh`systemctl cat -- ${unit} 2>/dev/null`,
    parse: (out) => parseInstall(out.stdout),
    appearsWith: withPackages<InstallSection>({
      absent: (value) => value === nothing,
      appearing: (forecast) => parseInstall(forecast.text(`/lib/systemd/system/${unit}`)?.toString() ?? ''),
      files: [`/lib/systemd/system/${unit}`, `/etc/systemd/system/${unit}`],
    }),
  };
}

const nothing: InstallSection = { aliases: [], also: [], defaultInstance: null };

/** Of a unit file and what is dropped in beside it. */
export function parseInstall(text: string): InstallSection {
  if (text === '') return nothing;
  const values: Record<string, string[]> = { Alias: [], Also: [], DefaultInstance: [] };
  let section = '';
  for (const line of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    section = /^\s*\[(\w+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key = '', value = ''] = /^\s*(\w+)\s*=(.*)$/.exec(line) ?? [];
    // An empty value takes back what was said before; what holds a specifier (%i) is not known here.
    if (section === 'Install' && values[key])
      values[key] =
        value.trim() === ''
          ? []
          : [
              ...values[key],
              ...value
                .trim()
                .split(/\s+/)
                .filter((name) => !name.includes('%')),
            ];
  }
  return {
    aliases: values['Alias']!,
    also: values['Also']!,
    defaultInstance: values['DefaultInstance']!.at(-1) ?? null,
  };
}
