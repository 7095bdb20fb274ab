import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { cannotTell, willBe } from '../../engine/module/probe.ts';
import { makeFolders } from '../files/folders.ts';
import { inode, pathState } from '../files/path.ts';
import { look } from '../files/place.ts';
import { takeSteps } from '../files/steps.ts';
import { digestOf, fileDigest, fileText, fileTextOf } from '../files/text.ts';
import { account, existingName } from './account.ts';
import { textOf } from './config-file.ts';

const kinds =
  /^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(-cert-v01@openssh\.com)?$/;

export const authorized_key = defineModule({
  name: 'authorized_key',
  summary: 'Manages the SSH keys with which a user may log in.',
  subject: 'system',
  args: {
    type: 'object',
    description:
      'Keys are compared without options and comment; the given line replaces the existing one. Other lines are kept.',
    properties: {
      user: { ...existingName, description: 'The account; it must exist.' },
      key: { type: 'string', description: 'One or more lines as in authorized_keys; leading options are allowed.' },
      state: { enum: ['present', 'absent'], default: 'present', description: '`absent`: the keys are removed.' },
    },
    required: ['user', 'key'],
    additionalProperties: false,
  },
  examples: [
    `- name: the operator may log in
  authorized_key:
    user: debian
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk1cY0mZl1Tn0bT1JYp0mYF6b1Y6o9cN2r1kqXoR3Qe operator@example.com`,
    `- name: a key that is lost opens nothing
  authorized_key:
    user: debian
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk1cY0mZl1Tn0bT1JYp0mYF6b1Y6o9cN2r1kqXoR3Qe lost
    state: absent`,
  ],
  async check(args, host) {
    const owner = await host.read(account(args.user));
    if (!owner)
      throw new TaskFailure(`there is no user ${args.user} on the host`, { hint: 'create the account first (user)' });
    const folder = `${owner.home}/.ssh`;
    const path = `${folder}/authorized_keys`;
    const [file, at, home, { present: there }] = await Promise.all([
      host.read(fileText(path)),
      host.read(pathState(folder)),
      host.read(pathState(owner.home)),
      look(host, path), // a link in place of the folder is followed only where it may be
    ]);
    if (there.type === 'link')
      throw new TaskFailure(`${path} is a symbolic link: keys are not written through it`, {
        hint: 'replace it by a file, or remove it',
      });
    const lines = file.exists ? textOf(path, file).split('\n') : [];
    if (lines.at(-1) === '') lines.pop();
    const differences = [];
    let left = lines;
    for (const line of args.key
      .split('\n')
      .map((l) => l.trim())
      .filter((l) => l !== '' && !l.startsWith('#'))) {
      const id = identityOf(line);
      if (id === undefined)
        throw new TaskFailure(`this is not a public key: ${line.slice(0, 60)}`, {
          hint: 'expected: a line as in a .pub file (type, key, comment)',
        });
      const same = left.filter((l) => identityOf(l) === id);
      if (args.state === 'present' ? same.length === 1 && same[0] === line : same.length === 0) continue;
      differences.push({
        what: `key ${line.split(/\s+/).at(-1)!.slice(-40)}`,
        from: same[0] ?? null,
        to: args.state === 'present' ? line : null,
      });
      const first = left.findIndex((l) => identityOf(l) === id);
      const others = left.filter((l) => identityOf(l) !== id);
      left = args.state === 'absent' ? others : others.toSpliced(first < 0 ? others.length : first, 0, line);
    }
    if (home.type === 'absent' && differences.length > 0)
      throw new TaskFailure(`${args.user} has no home folder: ${owner.home} does not exist`, {
        hint: 'create it first, as theirs: user with create_home, or file with state: directory and owner',
      });
    const content = left.length === 0 ? '' : `${left.join('\n')}\n`;
    const own = { owner: args.user, group: owner.group };
    const after = [
      willBe(fileText(path), fileTextOf(Buffer.from(content))),
      willBe(fileDigest(path), digestOf(content)),
      willBe(pathState(path), { type: 'file', mode: '0600', ...own }),
      cannotTell(inode(path)),
      ...(at.type === 'absent' ? [willBe(pathState(folder), { type: 'directory', mode: '0700', ...own })] : []),
    ];
    return {
      present: {
        content,
        folder,
        path,
        own,
        makeFolder: at.type === 'absent',
        replaces: file.exists ? digestOf(file.content) : null,
      },
      differences,
      after: differences.length === 0 ? [] : after,
    };
  },
  async change(_args, { present }, host) {
    const { folder, path, own, replaces } = present;
    if (present.makeFolder) await takeSteps(host, [makeFolders([{ path: folder, will: { ...own, mode: '0700' } }])]);
    await host.write(path, present.content, { ...own, mode: '0600', replaces });
  },
});

/** Kind and key of a line of authorized_keys; undefined where it holds none. */
function identityOf(line: string): string | undefined {
  if (line.trimStart().startsWith('#')) return undefined;
  const words = line.trim().split(/\s+/);
  const at = words.findIndex((word) => kinds.test(word));
  return at < 0 || words[at + 1] === undefined ? undefined : `${words[at]} ${words[at + 1]}`;
}
