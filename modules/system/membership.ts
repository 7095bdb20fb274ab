import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** The users of a group, each list sorted. */
export interface Membership {
  /** Those whose primary group it is. */
  readonly primary: readonly string[];
  /** Those who have it besides. */
  readonly members: readonly string[];
}

/** Nobody, where there is no such group. */
export function membership(group: string): Probe<Membership> {
  return {
    key: `membership:${group}`,
    script: sh`getent group ${group} | cut -d : -f 3,4; echo; getent passwd | cut -d : -f 1,4`,
    parse({ stdout }) {
      const [entry = '', rest = ''] = split(stdout);
      const [gid, members = ''] = entry.trim().split(':');
      const users = rest.split('\n').map((line) => line.split(':'));
      return {
        primary: users.flatMap(([name = '', id]) => (gid && id === gid ? [name] : [])).sort(),
        members: members.split(',').filter(Boolean).sort(),
      };
    },
  };
}

const split = (text: string): readonly string[] => {
  const at = text.startsWith('\n') ? 0 : text.indexOf('\n\n') + 1;
  return [text.slice(0, at), text.slice(at + 1)];
};
