import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Check, type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, willBe } from '../../engine/module/probe.ts';
import { changeContent, type FoundFile } from '../files/content.ts';
import { checkEdit } from '../files/edit.ts';
import { missingFolders } from '../files/folders.ts';
import { pathState } from '../files/path.ts';
import { disturbed, look } from '../files/place.ts';
import { fileText } from '../files/text.ts';
import { type Entry, readEntry, withEntry } from './fstab.ts';
import { identity } from './identity.ts';
import { type Mounted, mountedAt } from './mounted.ts';

interface Found {
  readonly fstab: FoundFile | undefined;
  readonly commands: readonly (readonly string[])[];
}

export const mount = defineModule({
  name: 'mount',
  summary: 'Mounts and unmounts file systems, now and at boot.',
  subject: 'system',
  args: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'The mount point.' },
      src: {
        type: 'string',
        description:
          'Device, `UUID=…`, folder (for a bind mount) or network address. Required for `mounted` and `present`.',
      },
      fstype: {
        type: 'string',
        description: 'File system type; `none` for a bind mount. Required for `mounted` and `present`.',
      },
      opts: { type: 'string', default: 'defaults', description: 'Mount options, separated by commas.' },
      dump: { type: 'integer', default: 0, description: 'The fifth field of fstab: whether dump saves it.' },
      passno: {
        type: 'integer',
        default: 0,
        description: 'The sixth field of fstab: the order of checks at boot; 0: no check.',
      },
      state: {
        enum: ['mounted', 'unmounted', 'present', 'absent'],
        description:
          '`mounted`: in fstab and mounted; the folder is created if missing. `present`: in fstab only. `unmounted`: not mounted; fstab is unchanged. `absent`: neither mounted nor in fstab; the folder is kept.',
      },
    },
    required: ['path', 'state'],
    allOf: [{ if: { properties: { state: { enum: ['mounted', 'present'] } } }, then: { required: ['src', 'fstype'] } }],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Where it is mounted.' },
      src: { type: 'string', description: 'What is mounted.' },
      fstype: { type: 'string', description: 'The file system type.' },
      opts: { type: 'string', description: 'The options of fstab.' },
    },
  },
  examples: [
    `- name: Keep etcd's data on a separate disk
  mount:
    path: /var/lib/etcd
    src: UUID=5f4b2f6e-6a0c-4a5e-9d2f-1c2a3b4c5d6e
    fstype: ext4
    opts: noatime
    state: mounted`,
    `- name: No longer mount the old share
  mount:
    path: /mnt/old
    state: absent`,
  ],
  async check(args, host): Promise<Check<Found>> {
    const { src, fstype, opts, dump, passno, state } = args;
    const path = args.path.replace(/(?<=.)\/+$/, '');
    const wanted: Entry | null =
      state === 'absent' ? null : { src: src ?? '', path, fstype: fstype ?? '', opts, dump, passno };
    const [table, text, live] = await Promise.all([
      state === 'unmounted' ? undefined : checkFstab(host, path, wanted),
      host.read(fileText('/etc/fstab')),
      host.read(mountedAt(path)),
    ]);
    const before = readEntry(text.content, path);
    const now =
      state === 'present' ? undefined : await checkLive(host, path, live, state === 'mounted' ? wanted : null, before);
    return {
      present: { fstab: table?.present, commands: now?.commands ?? [] },
      differences: [...(table?.differences ?? []), ...(now?.differences ?? [])],
      after: [...(table?.after ?? []), ...(now?.after ?? [])],
      result: { path, ...(src !== undefined && { src }), ...(fstype !== undefined && { fstype }), opts },
    };
  },
  async change(_args, { present: { fstab, commands } }, host) {
    if (fstab) await changeContent(host, fstab);
    for (const argv of commands)
      expectSuccess(
        argv,
        await host.run(argv),
        argv[0] === 'umount' ? `to see who uses it: fuser -vm ${argv.at(-1)}` : undefined,
      );
  },
});

async function checkFstab(host: Reader, path: string, wanted: Entry | null): Promise<Check<FoundFile | undefined>> {
  const check = await checkEdit(host, { path: '/etc/fstab', backup: false }, (text) =>
    text === null && wanted === null ? null : withEntry(text ?? '', path, wanted),
  );
  return check.differences.length === 0 ? { ...check, present: undefined } : check;
}

/** What has to happen with the mount itself; `before` is its line in fstab as it was. */
async function checkLive(
  host: Reader,
  path: string,
  live: Mounted | null,
  wanted: Entry | null,
  before: Entry | undefined,
) {
  const gone = { what: `mount at ${path}`, from: live && `${live.source} (${live.fstype})` };
  const left = [cannotTell(pathState(path)), ...disturbed(path)];
  if (!wanted) {
    if (!live) return undefined;
    return {
      commands: [['umount', path]],
      differences: [{ ...gone, to: null }],
      after: [willBe(mountedAt(path), null), ...left],
    };
  }
  if (live) {
    const moved = !before || before.src !== wanted.src || before.fstype !== wanted.fstype;
    const isIt = live.source === wanted.src && live.fstype === wanted.fstype;
    if (isIt || !moved)
      return before?.opts === wanted.opts
        ? undefined
        : { commands: [['mount', '-o', `remount,${wanted.opts}`, path]], differences: [], after: [] };
    if (!before)
      throw new TaskFailure(`${live.source} is mounted at ${path}, and not by fstab`, {
        hint: 'unmount it first with state: unmounted, or set src and fstype to what is mounted',
      });
    return {
      commands: [
        ['umount', path],
        ['mount', path],
      ],
      differences: [{ ...gone, to: `${wanted.src} (${wanted.fstype})` }],
      after: [mountedThen(path, wanted), ...left],
    };
  }
  const [place, me] = await Promise.all([look(host, path), host.read(identity())]);
  if (place.present.type !== 'absent' && place.present.type !== 'directory')
    throw new TaskFailure(`${path} is not a folder: nothing can be mounted at it`);
  const folders = place.present.type === 'absent' ? await missingFolders(host, path, {}, me) : [];
  const differences: Difference[] = [
    ...folders.map((f) => ({ what: f.path, from: null, to: 'directory' })),
    { ...gone, to: `${wanted.src} (${wanted.fstype})` },
  ];
  return {
    commands: [...(folders.length > 0 ? [['mkdir', '-p', path]] : []), ['mount', path]],
    differences,
    after: [
      mountedThen(path, wanted),
      ...folders.slice(0, -1).map((f) => willBe(pathState(f.path), { type: 'directory' as const, ...f.will })),
      ...left,
    ],
  };
}

/** Of a UUID, a label or a bind mount the kernel names the device itself. */
function mountedThen(path: string, { src, fstype, opts }: Entry): Prediction {
  const named =
    /^(UUID|LABEL|PARTUUID|PARTLABEL|ID)=/.test(src) || src.startsWith('/dev/disk/') || src.startsWith('/dev/mapper/');
  if (named || fstype === 'none' || fstype === 'auto' || /(^|,)r?bind(,|$)/.test(opts))
    return cannotTell(mountedAt(path));
  return willBe(mountedAt(path), { source: src, fstype });
}
