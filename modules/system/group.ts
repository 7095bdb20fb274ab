import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { type Prediction, willBe } from '../../engine/module/probe.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { account, groupExists, numberOf } from './account.ts';
import { expectFree, numberWillBe } from './identity.ts';
import { membership } from './membership.ts';

export const group = defineModule({
  name: 'group',
  summary: 'Manages a user group.',
  subject: 'system',
  args: {
    type: 'object',
    properties: {
      name: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.-]*\\$?$', description: 'The name of the group.' },
      gid: { type: 'integer', minimum: 0, maximum: 4294967294, description: 'Its number. Default: the next free one.' },
      system: {
        type: 'boolean',
        default: false,
        description: 'For a new group: choose its number from the range for system groups.',
      },
      state: { enum: ['present', 'absent'], default: 'present', description: '`absent`: the group is removed.' },
    },
    required: ['name'],
    additionalProperties: false,
  },
  examples: [
    `- name: a group for those who deploy
  group:
    name: deploy`,
    `- name: etcd's group, with the same number everywhere
  group:
    name: etcd
    gid: 901
    system: true`,
  ],
  async check({ name, gid, state }, host) {
    const [there, number] = await Promise.all([
      host.read(groupExists(name)),
      gid === undefined ? undefined : host.read(numberOf('group', name)),
    ]);
    const differences: Difference[] = [];
    const after: Prediction[] = [];
    if (state === 'present' && gid !== undefined && number !== gid) await expectFree(host, 'group', gid, name);
    if (there !== (state === 'present')) {
      differences.push({ what: `group ${name}`, from: there ? 'present' : null, to: there ? null : 'present' });
      if (there) after.push(...(await membersWithout(host, name)));
      const before = there ? await unlessUnknown(host.read(numberOf('group', name))) : null;
      after.push(willBe(groupExists(name), !there), ...numberWillBe('group', name, before, there ? null : gid));
    } else if (there && gid !== undefined && number !== gid) {
      differences.push({ what: 'gid', from: String(number), to: String(gid) });
      after.push(...numberWillBe('group', name, number, gid));
    }
    return { present: there, differences, after };
  },
  async change({ name, gid, system, state }, { present }, host) {
    const id = gid === undefined ? [] : ['-g', String(gid)];
    const argv =
      state === 'absent'
        ? ['groupdel', name]
        : present
          ? ['groupmod', ...id, name]
          : ['groupadd', ...(system ? ['-r'] : []), ...id, name];
    expectSuccess(argv, await host.run(argv));
  },
});

/** What goes with a group: its members have one less. One that is somebody's primary group stays. */
async function membersWithout(host: Reader, gone: string): Promise<readonly Prediction[]> {
  const { primary, members } = await host.read(membership(gone));
  if (primary.length > 0)
    throw new TaskFailure(`the group ${gone} is the primary group of ${primary.join(', ')}`, {
      hint: 'remove the accounts first (user), or give them a different group',
    });
  const found = await Promise.all(members.map((name) => host.read(account(name))));
  return [
    willBe(membership(gone), { primary: [], members: [] }),
    ...found.flatMap((one, i) =>
      one ? [willBe(account(members[i]!), { ...one, groups: one.groups.filter((name) => name !== gone) })] : [],
    ),
  ];
}
