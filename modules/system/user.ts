import { expectSuccess } from '../../engine/module/failure.ts';
import { type Check, type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, willBe } from '../../engine/module/probe.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { pathState } from '../files/path.ts';
import { absentPath } from '../files/path-state.ts';
import { nothingBelow } from '../files/place.ts';
import {
  type Account,
  account,
  accountDefaults,
  existingName,
  groupExists,
  numberOf,
  passwordHash,
} from './account.ts';
import { homeWillBe } from './home.ts';
import { expectFree, groupName, noGroup, numberWillBe } from './identity.ts';
import { membership } from './membership.ts';

/** What a field of /etc/passwd can hold. */
const fieldPattern = '^[^:\\p{Cc}\\p{Zl}\\p{Zp}]*$';

interface Found {
  readonly found: Account | null;
  /** What the account will be; missing where it will not be. */
  readonly wanted?: Account;
  /** Whether the primary group is there. */
  readonly groupThere?: boolean;
}

export const user = defineModule({
  name: 'user',
  summary: 'Manages a user account.',
  subject: 'system',
  args: {
    type: 'object',
    description:
      'Attributes that are not given are left unchanged. A new account without `group` gets a group with the name of the account.',
    properties: {
      name: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.-]*\\$?$', description: 'The name of the account.' },
      uid: { type: 'integer', minimum: 0, maximum: 4294967294, description: 'Its number. Default: the next free one.' },
      group: { ...existingName, description: 'The primary group, by name or number; it must exist.' },
      groups: {
        type: 'array',
        items: existingName,
        description: 'Supplementary groups, by name or number: exactly these, unless append is set.',
      },
      append: { type: 'boolean', default: false, description: 'Only add to the groups.' },
      comment: {
        type: 'string',
        format: 'line',
        pattern: '^[^:]*$',
        description: 'The full name, or the purpose of the account.',
      },
      shell: {
        type: 'string',
        format: 'path',
        pattern: fieldPattern,
        description: "The login shell. Default for a new account: the host's default.",
      },
      home: {
        type: 'string',
        format: 'path',
        pattern: fieldPattern,
        description: 'For an existing account, only the entry changes; nothing is moved.',
      },
      create_home: { type: 'boolean', default: true, description: 'For a new account.' },
      system: {
        type: 'boolean',
        default: false,
        description: 'For a new account: choose its number from the range for system accounts.',
      },
      password: {
        type: 'string',
        format: 'secret',
        description: 'The hash as in /etc/shadow (`openssl passwd -6`); `!` locks the account.',
      },
      state: { enum: ['present', 'absent'], default: 'present', description: '`absent`: the account is removed.' },
      remove: { type: 'boolean', default: false, description: 'With absent: also remove the home folder and mail.' },
    },
    required: ['name'],
    additionalProperties: false,
  },
  examples: [
    `- name: somebody to deploy as
  user:
    name: deploy
    groups: [sudo, adm]
    append: true
    shell: /bin/bash`,
    `- name: an account for etcd
  user:
    name: etcd
    system: true
    home: /var/lib/etcd
    create_home: false
    shell: /usr/sbin/nologin`,
    `- name: remove an account
  user:
    name: intern
    state: absent
    remove: true`,
  ],
  lint(args) {
    const password = args['password'];
    if (args['remove'] === true && args['state'] === 'present') return ['remove needs state: absent'];
    if (typeof password === 'string' && !/^[!*]|^\$[^$]+\$/.test(password))
      return ['password must be a hash as in /etc/shadow: make one with `openssl passwd -6`'];
    // Said without the value, which is a secret: chpasswd reads NAME:HASH, a line each.
    if (typeof password === 'string' && /[^!-9;-~]/.test(password))
      return ['password is no hash: it has white space, a colon or another character that no hash has'];
    return [];
  },

  async check(args, host): Promise<Check<Found>> {
    const { name } = args;
    const wantsPassword = args.password !== undefined && args.state === 'present';
    const [found, uid, hash] = await Promise.all([
      host.read(account(name)),
      args.uid === undefined ? undefined : host.read(numberOf('user', name)),
      wantsPassword ? host.read(passwordHash(name)) : undefined,
    ]);
    if (hash) host.secret(hash);
    if (args.state === 'absent') {
      if (!found) return { present: { found }, differences: [] };
      const after: Prediction[] = [
        ...(await membershipsWillBe(host, name, found, null)),
        willBe(account(name), null),
        ...numberWillBe('user', name, await unlessUnknown(host.read(numberOf('user', name))), null),
        willBe(passwordHash(name), null),
      ];
      if (args.remove) after.push(...nothingBelow(found.home), willBe(pathState(found.home), absentPath));
      if (found.group === name) after.push(cannotTell(groupExists(name)), cannotTell(numberOf('group', name)));
      return { present: { found }, differences: [{ what: `user ${name}`, from: 'present', to: null }], after };
    }

    if (args.uid !== undefined && uid !== args.uid) await expectFree(host, 'user', args.uid, name);
    const [primary, others] = await Promise.all([
      args.group === undefined ? undefined : groupName(host, args.group),
      args.groups && Promise.all(args.groups.map((given) => groupName(host, given))),
    ]);
    const groups = others && [...new Set([...others, ...(args.append ? (found?.groups ?? []) : [])])];
    const base = found ?? (await fresh(name, () => host.read(accountDefaults())));
    const group = primary ?? base.group;
    const wanted: Account = {
      comment: args.comment ?? base.comment,
      home: args.home ?? base.home,
      shell: args.shell ?? base.shell,
      group,
      groups: (groups ?? base.groups).filter((g) => g !== group).sort(),
    };
    const differences: Difference[] = [];
    const after: Prediction[] = [];
    const own = !found && args.group === undefined ? [name] : [];
    await expectGroups(
      host,
      [wanted.group, ...wanted.groups],
      [...own, ...(found ? [found.group, ...found.groups] : [])],
    );
    if (!found) {
      const groupThere = args.group !== undefined || (await host.read(groupExists(name)));
      differences.push({ what: `user ${name}`, from: null, to: describe(wanted) });
      after.push(...numberWillBe('user', name, null, args.uid));
      if (!groupThere) after.push(willBe(groupExists(name), true), cannotTell(numberOf('group', name)));
      if (args.create_home) after.push(...(await homeWillBe(host, name, wanted)));
      after.push(willBe(passwordHash(name), args.password ?? '!'));
      after.push(willBe(account(name), wanted), ...(await membershipsWillBe(host, name, null, wanted)));
      return { present: { found, wanted, groupThere }, differences, after };
    }
    for (const field of ['comment', 'home', 'shell', 'group', 'groups'] as const) {
      const [from, to] = [String(found[field]), String(wanted[field])];
      if (from !== to) differences.push({ what: field, from, to });
    }
    if (differences.length > 0)
      after.push(willBe(account(name), wanted), ...(await membershipsWillBe(host, name, found, wanted)));
    if (args.uid !== undefined && uid !== args.uid) {
      differences.push({ what: 'uid', from: String(uid), to: String(args.uid) });
      after.push(...numberWillBe('user', name, uid, args.uid));
    }
    if (wantsPassword && hash !== args.password) {
      differences.push({ what: 'password', from: 'another', to: 'as given' });
      after.push(willBe(passwordHash(name), args.password!));
    }
    return { present: { found, wanted, groupThere: true }, differences, after };
  },

  async change(args, { present, differences }, host) {
    const { name } = args;
    const { found, wanted } = present;
    const run = async (argv: string[], stdin?: string): Promise<void> =>
      void expectSuccess(argv, await host.run(argv, stdin === undefined ? {} : { stdin }));
    if (wanted === undefined) return run(['userdel', ...(args.remove ? ['-r'] : []), name]);
    const uid = args.uid === undefined ? [] : ['-u', String(args.uid)];
    if (!found) {
      const own = present.groupThere ? ['-g', wanted.group] : ['-U'];
      const groups = wanted.groups.length > 0 ? ['-G', wanted.groups.join(',')] : [];
      const home = args.create_home ? '-m' : '-M';
      await run([
        'useradd',
        ...(args.system ? ['-r'] : []),
        home,
        ...uid,
        ...own,
        ...groups,
        '-c',
        wanted.comment,
        '-d',
        wanted.home,
        '-s',
        wanted.shell,
        name,
      ]);
    } else {
      const asked = new Set(differences.map((d) => d.what));
      const words = [...(asked.has('uid') ? uid : [])];
      for (const [flag, field] of flags) if (asked.has(field)) words.push(flag, String(wanted[field]));
      if (words.length > 0) await run(['usermod', ...words, name]);
    }
    const password = !found || differences.some((d) => d.what === 'password') ? args.password : undefined;
    if (password !== undefined) await run(['chpasswd', '-e'], `${name}:${password}\n`);
  },
});

/** What usermod calls the parts of an account. */
const flags = [
  ['-c', 'comment'],
  ['-d', 'home'],
  ['-s', 'shell'],
  ['-g', 'group'],
  ['-G', 'groups'],
] as const;

/** The groups that an account gets beside those that it has, or that are made with it. */
async function expectGroups(host: Reader, wanted: readonly string[], has: readonly string[]): Promise<void> {
  const added = wanted.filter((group) => !has.includes(group));
  const there = await Promise.all(added.map((group) => unlessUnknown(host.read(groupExists(group)))));
  const missing = added.filter((_, i) => there[i] === false);
  if (missing.length > 0) throw noGroup(missing);
}

/** Group memberships after an account is created, changed or removed. */
async function membershipsWillBe(
  host: Reader,
  name: string,
  before: Account | null,
  after: Account | null,
): Promise<readonly Prediction[]> {
  const all = [before, after].flatMap((one) => (one ? [one.group, ...one.groups] : []));
  const read = async (group: string): Promise<Prediction> => {
    const now = await unlessUnknown(host.read(membership(group)));
    if (now === undefined) return cannotTell(membership(group));
    const listed = (list: readonly string[], belongs: boolean): readonly string[] =>
      [...list.filter((other) => other !== name), ...(belongs ? [name] : [])].sort();
    return willBe(membership(group), {
      primary: listed(now.primary, after?.group === group),
      members: listed(now.members, after?.groups.includes(group) ?? false),
    });
  };
  return Promise.all([...new Set(all)].map(read));
}

async function fresh(name: string, read: () => Promise<{ home: string; shell: string }>): Promise<Account> {
  const { home, shell } = await read();
  return { comment: '', home: `${home}/${name}`, shell, group: name, groups: [] };
}

function describe({ home, shell, group, groups }: Account): string {
  return `home ${home}, shell ${shell}, groups ${[group, ...groups].join(' ')}`;
}
