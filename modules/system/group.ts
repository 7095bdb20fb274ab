import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, willBe } from '../../engine/module/probe.ts';
import { account, groupExists, numberOf } from './account.ts';
import { membership } from './membership.ts';

export const group = defineModule({
  name: 'group',
  summary: 'Manages a user group.',
  subject: 'system',
  args: {
    type: 'object',
    properties: {
      name: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.-]*\\$?$', description: 'The name of the group.' },
      gid: { type: 'integer', minimum: 0, description: 'Its number. Default: the next free one.' },
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
    if (there !== (state === 'present')) {
      if (there) after.push(...(await membersWithout(host, name)));
      differences.push({ what: `group ${name}`, from: there ? 'present' : null, to: there ? null : 'present' });
      after.push(
        willBe(groupExists(name), !there),
        there
          ? willBe(numberOf('group', name), null)
          : gid === undefined
            ? cannotTell(numberOf('group', name))
            : willBe(numberOf('group', name), gid),
      );
    } else if (there && gid !== undefined && number !== gid) {
      differences.push({ what: 'gid', from: String(number), to: String(gid) });
      after.push(willBe(numberOf('group', name), gid));
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
