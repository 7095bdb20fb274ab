import { readable } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

/** getent ends with 2 where there is no such entry. */
const found = [0, 2];

/** No account or group has a name that getent would take for an option; not every getent knows `--`. */
const getent = (database: 'passwd' | 'group' | 'shadow', key: string): string =>
  key.startsWith('-') ? 'exit 2' : sh`getent ${database} ${key}`;

/**
 * A schema: the name or number of an account or a group that is there. Directories have names with blanks in them; a colon or
 * a comma begins the next field for chown and useradd.
 */
export const existingName = {
  type: 'string',
  pattern: '^[^-:,\\s\\p{Cc}\\p{Zl}\\p{Zp}][^:,\\p{Cc}\\p{Zl}\\p{Zp}]*$',
} as const;

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
    script: `${getent('passwd', user)} && ${sh`id -gn -- ${user} && id -Gn -- ${user}`}`,
    parse(out) {
      if (readable(`user ${user}`, out, found).code === 2) return null;
      const [entry = '', group = '', all = ''] = out.stdout.split('\n');
      const [, , , , comment = '', home = '', shell = ''] = entry.split(':');
      return {
        comment,
        home,
        shell,
        group,
        groups: all
          .split(' ')
          .filter((g) => g !== group)
          .sort(),
      };
    },
    describe: describeAccount,
    appearsWith: withPackages<Account | null>({
      absent: (value) => value === null,
      appearing: (forecast) => (forecast.mayCreateAccount(user) ? undefined : null),
    }),
  };
}

function describeAccount(entry: Account | null): string {
  if (!entry) return 'no such user';
  const { comment, home, shell, group, groups } = entry;
  const name = comment === '' ? '' : `'${comment}', `;
  return `${name}home ${home}, shell ${shell}, groups ${[group, ...groups].join(' ')}`;
}

/** The number of a user or group; null where it does not exist. */
export function numberOf(kind: 'user' | 'group', name: string): Probe<number | null> {
  const database = kind === 'user' ? 'passwd' : 'group';
  return {
    key: `${kind}-number:${name}`,
    script: getent(database, name),
    parse: (out) => (readable(`${kind} ${name}`, out, found).code === 0 ? Number(out.stdout.split(':')[2]) : null),
    describe: (number) => (number === null ? `no such ${kind}` : String(number)),
    appearsWith: withPackages<number | null>({
      absent: (value) => value === null,
      appearing: (forecast) => (forecast.mayCreateAccount(name) ? undefined : null),
    }),
  };
}

export function groupExists(name: string): Probe<boolean> {
  return {
    key: `group:${name}`,
    script: getent('group', name),
    parse: (out) => readable(`group ${name}`, out, found).code === 0,
    describe: (there) => (there ? 'there' : 'no such group'),
    appearsWith: withPackages<boolean>({
      absent: (there) => !there,
      appearing: (forecast) => (forecast.mayCreateAccount(name) ? undefined : false),
    }),
  };
}

/** The password's hash from /etc/shadow: a secret. Null where there is no account. */
export function passwordHash(user: string): Probe<string | null> {
  return {
    key: `password:${user}`,
    script: getent('shadow', user),
    parse: (out) => (readable(`the password of ${user}`, out, found).code === 0 ? out.stdout.split(':')[1]! : null),
  };
}

/** What useradd gives to an account for which nothing else is asked. */
export function accountDefaults(): Probe<{ readonly home: string; readonly shell: string }> {
  return {
    key: 'account-defaults:',
    script: 'useradd -D',
    parse: ({ stdout }) => ({
      home: /^HOME=(.*)$/m.exec(stdout)?.[1] || '/home',
      shell: /^SHELL=(.*)$/m.exec(stdout)?.[1] || '/bin/sh',
    }),
  };
}
