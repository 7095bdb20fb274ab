import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** The paths that installed packages have brought; those that are not installed have none. */
export function packageFiles(names: readonly string[]): Probe<readonly string[]> {
  return {
    key: `package-files:${names.join(' ')}`,
    script: sh`dpkg -L -- ${names} 2>/dev/null`,
    parse: (out) => out.stdout.split('\n').filter((line) => line.startsWith('/')),
  };
}
