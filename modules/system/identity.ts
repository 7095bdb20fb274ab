import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

/** Whose files the user of this task makes, and under which umask. */
export interface Identity {
  readonly user: string;
  readonly group: string;
  readonly umask: number;
}

export function identity(): Probe<Identity> {
  return {
    key: 'identity:',
    fixed: true,
    script: 'id -un 2>/dev/null || id -u; id -gn 2>/dev/null || id -g; umask',
    parse(out) {
      const [user, group, umask] = out.stdout.split('\n') as [string, string, string];
      return { user, group, umask: Number.parseInt(umask, 8) };
    },
  };
}

/** The name of a numeric user or group; null where the host has none for it. */
export function nameOfId(kind: 'user' | 'group', id: string): Probe<string | null> {
  return {
    key: `${kind}-name:${id}`,
    script: sh`getent ${kind === 'user' ? 'passwd' : 'group'} ${id}`,
    parse: (out) => (out.code === 0 ? out.stdout.split(':')[0]! : null),
    appearsWith: withPackages<string | null>({
      absent: (name) => name === null,
      appearing: (forecast) => (forecast.mayCreateAccount() ? undefined : null),
    }),
  };
}
