import { inFolderOf } from '../../engine/module/anchored.ts';
import { makeFolders } from '../../modules/files/folders.ts';
import { mount } from '../../modules/system/mount.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith, type Thing } from './paths.ts';

const args = { path: '/data', src: '/dev/sdb1', fstype: 'ext4', opts: 'noatime', dump: 0, passno: 2, state: 'mounted' };
const line = '/dev/sdb1 /data ext4 noatime 0 2\n';
interface Live {
  readonly source: string;
  readonly fstype: string;
  readonly layers: number;
}
/** `isIt`: whether the mount is the wanted one. */
const host = (fstab: string, live: Live | null, point: Thing = folder, isIt = true, options = ['rw', 'noatime']) =>
  hostWith(
    { '/': folder, '/etc': folder, '/etc/fstab': fstab, '/data': point },
    {
      'mount:/data': live,
      'filesystem:ext4': true,
      'filesystem:nosuch': false,
      'mount-is:/data:ext4:noatime:/dev/sdb1': isIt,
      'mount-is:/data:ext4:noatime:UUID=5': isIt,
      'mount-is:/data:none:bind:/srv': isIt,
      'mount-options:/data': options,
    },
  );
const mounted = { source: '/dev/sdb1', fstype: 'ext4', layers: 1 };
const other = { source: 'other', fstype: 'tmpfs', layers: 1 };

export const cases: readonly ModuleCase[] = [
  {
    title: 'leaves what is mounted and in fstab, however fstab spaces it',
    module: mount,
    args,
    given: host('# disks\n/dev/sdb1\t/data  ext4 noatime 0 2', mounted),
    commands: [],
  },
  {
    title: 'mounts, and makes the folder',
    module: mount,
    args,
    given: host('# disks\n', null, null),
    differences: [
      { what: 'content of /etc/fstab', from: '# disks\n', to: `# disks\n${line}` },
      { what: '/data', from: null, to: 'directory' },
      { what: 'mount at /data', from: null, to: '/dev/sdb1 (ext4)' },
    ],
    commands: [
      'write /etc/fstab',
      inFolderOf(
        '/data',
        makeFolders([{ path: '/data', will: { owner: 'root', group: 'root', mode: '0755' } }]).script,
      ),
      'mount /data',
    ],
  },
  {
    title: 'mounts again what was unmounted',
    module: mount,
    args,
    given: host(line, null),
    differences: ['mount at /data'],
    commands: [inFolderOf('/data', '[ ! -L "./$name" ] || exit 88'), 'mount /data'],
  },
  {
    title: 'mounts anew with other options',
    module: mount,
    args,
    given: host('/dev/sdb1 /data ext4 defaults 0 2\n', mounted),
    differences: ['content of /etc/fstab'],
    commands: ['write /etc/fstab', 'mount -o remount,noatime /data'],
  },
  {
    title: 'puts another device in its place',
    module: mount,
    args,
    given: host('/dev/sdc1 /data ext4 noatime 0 2\n', { ...mounted, source: '/dev/sdc1' }, folder, false),
    differences: [
      'content of /etc/fstab',
      { what: 'mount at /data', from: '/dev/sdc1 (ext4)', to: '/dev/sdb1 (ext4)' },
    ],
    commands: ['write /etc/fstab', 'umount /data', 'mount /data'],
  },
  {
    title: 'knows a device by its UUID only through fstab',
    module: mount,
    args: { ...args, src: 'UUID=5' },
    given: host('UUID=5 /data ext4 noatime 0 2\n', mounted),
    commands: [],
  },
  {
    title: 'cannot tell which device a UUID will be',
    module: mount,
    args: { ...args, src: 'UUID=5' },
    given: host('', null),
    differences: ['content of /etc/fstab', 'mount at /data'],
    converges: 'unknown',
  },
  {
    title: 'does not unmount what it does not know',
    module: mount,
    args,
    given: host('', other, folder, false),
    fails: 'other is mounted at /data, and not by fstab',
  },
  {
    title: 'puts in its place what another has covered or replaced since',
    module: mount,
    args,
    given: host(line, { ...other, layers: 2 }, folder, false),
    differences: [{ what: 'mount at /data', from: 'other (tmpfs)', to: '/dev/sdb1 (ext4)' }],
    commands: ['umount /data', 'umount /data', 'mount /data'],
  },
  {
    title: 'sees that another folder is bound there',
    module: mount,
    args: { ...args, src: '/srv', fstype: 'none', opts: 'bind', passno: 0 },
    given: host('/srv /data none bind 0 0\n', mounted, folder, false),
    differences: [{ what: 'mount at /data', from: '/dev/sdb1 (ext4)', to: '/srv (none)' }],
    commands: ['umount /data', 'mount /data'],
    converges: 'unknown',
  },
  {
    title: 'sets the options that are not in force',
    module: mount,
    args,
    given: host(line, mounted, folder, true, ['ro', 'relatime']),
    differences: ['rw at /data', 'noatime at /data'],
    commands: ['mount -o remount,noatime /data'],
  },
  {
    title: 'foresees a type that the host cannot mount',
    module: mount,
    args: { ...args, fstype: 'nosuch' },
    given: host('', null),
    fails: 'the host cannot mount the file system type nosuch',
  },
  {
    title: 'unmounts all that is mounted there',
    module: mount,
    args: { path: '/data', opts: 'defaults', dump: 0, passno: 0, state: 'unmounted' },
    given: host(line, { ...mounted, layers: 3 }),
    differences: ['mount at /data'],
    commands: ['umount /data', 'umount /data', 'umount /data'],
  },
  {
    title: 'only writes fstab',
    module: mount,
    args: { ...args, state: 'present' },
    given: host('', null),
    differences: ['content of /etc/fstab'],
    commands: ['write /etc/fstab'],
  },
  {
    title: 'only unmounts',
    module: mount,
    args: { path: '/data', opts: 'defaults', dump: 0, passno: 0, state: 'unmounted' },
    given: host(line, mounted),
    differences: ['mount at /data'],
    commands: ['umount /data'],
  },
  {
    title: 'removes the mount and every line of it',
    module: mount,
    args: { path: '/data', opts: 'defaults', dump: 0, passno: 0, state: 'absent' },
    given: host(`a /a ext4 x 0 0\n${line}b /b ext4 x 0 0\n${line}`, mounted),
    differences: ['content of /etc/fstab', 'mount at /data'],
    written: { '/etc/fstab': 'a /a ext4 x 0 0\nb /b ext4 x 0 0\n' },
    commands: ['write /etc/fstab', 'umount /data'],
  },
  {
    title: 'writes a space in a path as fstab wants it',
    module: mount,
    args: { ...args, src: '/srv/a b', opts: 'bind', fstype: 'none', state: 'present' },
    given: host('', null),
    differences: ['content of /etc/fstab'],
    written: { '/etc/fstab': '/srv/a\\040b /data none bind 0 2\n' },
  },
];
