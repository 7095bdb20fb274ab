import type { Probe } from '../../engine/contract/probe.ts';
import { sh } from '../../engine/contract/quote.ts';

/** An account without its number, which a change cannot always predict. */
export interface Account {
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
  readonly group: string;
  /** Supplementary groups, sorted. */
  readonly groups: readonly string[];
}

export function account(user: string): Probe<Account | null> {
  return {
    key: `account:${user}`,
    script: sh`getent passwd ${user} && id -gn ${user} && id -Gn ${user}`,
    parse(out) {
      if (out.code !== 0) return null;
      const [entry, group, all] = out.stdout.split('\n') as [string, string, string];
      const [, , , , comment, home, shell] = entry.split(':') as [string, string, string, string, string, string, string];
      return { comment, home, shell, group, groups: all.split(' ').filter((g) => g !== group).sort() };
    },
    appearsWith: { cause: 'package', absent: (found) => found === null },
  };
}

/** The number of a user or group; null where it does not exist. */
export function numberOf(kind: 'user' | 'group', name: string): Probe<number | null> {
  const database = kind === 'user' ? 'passwd' : 'group';
  return {
    key: `${kind}-number:${name}`,
    script: sh`getent ${database} ${name}`,
    parse: (out) => (out.code === 0 ? Number(out.stdout.split(':')[2]) : null),
    appearsWith: { cause: 'package', absent: (found) => found === null },
  };
}

export function groupExists(name: string): Probe<boolean> {
  return { key: `group:${name}`, script: sh`getent group ${name}`, parse: (out) => out.code === 0, appearsWith: { cause: 'package', absent: (there) => !there } };
}

/** The password's hash from /etc/shadow: a secret. Null where there is no account. */
export function passwordHash(user: string): Probe<string | null> {
  return { key: `password:${user}`, script: sh`getent shadow ${user}`, parse: (out) => (out.code === 0 ? out.stdout.split(':')[1]! : null) };
}

/** What useradd gives to an account for which nothing else is asked. */
export function accountDefaults(): Probe<{ readonly home: string; readonly shell: string }> {
  return {
    key: 'account-defaults:',
    script: 'useradd -D',
    parse: (out) => ({ home: /^HOME=(.*)$/m.exec(out.stdout)?.[1] || '/home', shell: /^SHELL=(.*)$/m.exec(out.stdout)?.[1] || '/bin/sh' }),
  };
}
