import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Check, type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { cannotTell, cannotTellAny, type Prediction, willBe } from '../../engine/module/probe.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { changeContent, type FoundFile } from '../files/content.ts';
import { checkEdit } from '../files/edit.ts';
import { makeFolders, missingFolders } from '../files/folders.ts';
import { pathState } from '../files/path.ts';
import { disturbed, lookThrough } from '../files/place.ts';
import { type Step, takeSteps } from '../files/steps.ts';
import { fileText } from '../files/text.ts';
import { type Entry, readEntry, withEntry } from './fstab.ts';
import { identity } from './identity.ts';
import { canMount, isBind, isMounted, lackingOptions, type Mounted, mountedAt, mountOptions } from './mounted.ts';

interface Found {
  readonly fstab: FoundFile | undefined;
  readonly steps: readonly Step[];
  readonly commands: readonly (readonly string[])[];
}

export const mount = defineModule({
  name: 'mount',
  summary: 'Mounts and unmounts file systems, now and at boot.',
  subject: 'system',
  args: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', pattern: '^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$', description: 'The mount point.' },
      src: {
        type: 'string',
        format: 'line',
        pattern: '\\S',
        description:
          'Device, `UUID=…`, folder (for a bind mount) or network address. Required for `mounted` and `present`.',
      },
      fstype: {
        type: 'string',
        format: 'word',
        description: 'File system type; `none` for a bind mount. Required for `mounted` and `present`.',
      },
      opts: {
        type: 'string',
        format: 'line',
        pattern: '\\S',
        default: 'defaults',
        description: 'Mount options, separated by commas.',
      },
      dump: {
        type: 'integer',
        minimum: 0,
        default: 0,
        description: 'The fifth field of fstab: whether dump saves it.',
      },
      passno: {
        type: 'integer',
        minimum: 0,
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
      present: { fstab: table?.present, steps: now?.steps ?? [], commands: now?.commands ?? [] },
      differences: [...(table?.differences ?? []), ...(now?.differences ?? [])],
      after: [...(table?.after ?? []), ...(now?.after ?? [])],
      result: { path, ...(src !== undefined && { src }), ...(fstype !== undefined && { fstype }), opts },
    };
  },
  async change(_args, { present: { fstab, steps, commands } }, host) {
    if (fstab) await changeContent(host, fstab);
    await takeSteps(host, steps);
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
): Promise<
  (Pick<Check, 'differences' | 'after'> & Pick<Found, 'commands'> & Partial<Pick<Found, 'steps'>>) | undefined
> {
  const gone = { what: `mount at ${path}`, from: live && `${live.source} (${live.fstype})` };
  const left = [
    cannotTell(pathState(path)),
    cannotTell(mountOptions(path)),
    cannotTellAny(`mount-is:${path}:`),
    ...disturbed(path),
  ];
  const unmounts = Array.from({ length: live?.layers ?? 0 }, () => ['umount', path]);
  if (!wanted) {
    if (!live) return undefined;
    return {
      commands: unmounts,
      differences: [{ ...gone, to: null }],
      after: [...left, willBe(mountedAt(path), null)],
    };
  }
  const becomes = [...left, mountedThen(path, wanted), willBe(isMounted(wanted), true)];
  if (live) {
    const [isIt, options] = await Promise.all([
      unlessUnknown(host.read(isMounted(wanted))),
      unlessUnknown(host.read(mountOptions(path))),
    ]);
    if (isIt !== false) {
      const lacking = options ? lackingOptions(wanted.opts, live.fstype, options) : [];
      if (lacking.length === 0 && before?.opts === wanted.opts) return undefined;
      return {
        commands: [['mount', '-o', `remount,${wanted.opts}`, path]],
        // the new line of fstab says it already
        differences: (before?.opts === wanted.opts ? lacking : []).map((option) => ({
          what: `${option} at ${path}`,
          from: 'not in force',
          to: 'in force',
        })),
        after: [cannotTell(mountOptions(path)), cannotTellAny(`mount-is:${path}:`), willBe(isMounted(wanted), true)],
      };
    }
    if (!before)
      throw new TaskFailure(`${live.source} is mounted at ${path}, and not by fstab`, {
        hint: 'unmount it first with state: unmounted, or set src and fstype to what is mounted',
      });
    return {
      commands: [...unmounts, ['mount', path]],
      differences: [{ ...gone, to: `${wanted.src} (${wanted.fstype})` }],
      after: becomes,
    };
  }
  if (
    !isBind(wanted.fstype, wanted.opts) &&
    !/[.]|^auto$/.test(wanted.fstype) &&
    (await unlessUnknown(host.read(canMount(wanted.fstype)))) === false
  )
    throw new TaskFailure(`the host cannot mount the file system type ${wanted.fstype}`, {
      hint: 'check the spelling, or install the package that brings it (nfs-common for nfs, cifs-utils for cifs)',
    });
  const [place, me] = await Promise.all([lookThrough(host, path), host.read(identity())]);
  if (['file', 'other'].includes(place.present.type) && !isBind(wanted.fstype, wanted.opts))
    throw new TaskFailure(`${path} is not a folder: nothing can be mounted at it`);
  const folders = place.present.type === 'absent' ? await missingFolders(host, path, {}, me) : [];
  const differences: Difference[] = [
    ...folders.map((f) => ({ what: f.path, from: null, to: 'directory' })),
    { ...gone, to: `${wanted.src} (${wanted.fstype})` },
  ];
  return {
    steps: [folders.length > 0 ? makeFolders(folders) : unswapped(path, place.path)],
    commands: [['mount', path]],
    differences,
    after: [
      ...folders.slice(0, -1).map((f) => willBe(pathState(f.path), { type: 'directory' as const, ...f.will })),
      ...becomes,
    ],
  };
}

/** mount follows links: one that another user has put on the way is refused, as for files. */
function unswapped(path: string, real: string): Step {
  const script = '[ ! -L "./$name" ] || exit 88';
  return { what: 'mount at', path: real, script, ...(real !== path && { via: path }) };
}

/** Of a UUID, a label or a bind mount the kernel names the device itself. */
function mountedThen(path: string, { src, fstype, opts }: Entry): Prediction {
  const named =
    /^(UUID|LABEL|PARTUUID|PARTLABEL|ID)=/.test(src) || src.startsWith('/dev/disk/') || src.startsWith('/dev/mapper/');
  // nor of an image; and it has its own names for what other programs mount
  const ours = /^(?:ext[234]|xfs|btrfs|vfat|tmpfs|ramfs|proc|sysfs)$/.test(fstype);
  if (named || !ours || isBind(fstype, opts) || (src.startsWith('/') && !src.startsWith('/dev/')))
    return cannotTell(mountedAt(path));
  return willBe(mountedAt(path), { source: src, fstype, layers: 1 });
}
