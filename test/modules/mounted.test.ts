import { expect } from 'chai';
import { readEntry, withEntry } from '../../modules/system/fstab.ts';
import { isMounted, lackingOptions, mountedAt, type WantedMount } from '../../modules/system/mounted.ts';

const wanted = { path: '/m', src: '/dev/sdb1', fstype: 'ext4', opts: 'defaults' };
const out = (stdout: string) => ({ code: 0, stdout, stderr: '' });

describe('what is mounted', () => {
  const rows: readonly (readonly [title: string, want: Partial<WantedMount>, stdout: string, is: boolean])[] = [
    ['nothing', {}, '\n', false],
    ['the device', {}, '8:17 / rw ext4 /dev/sdb1 rw\n\nsame\n', true],
    ['another device', {}, '8:17 / rw ext4 /dev/sdc1 rw\n\n\n', false],
    ['another device over the right one', {}, '8:17 / rw ext4 /dev/sdb1 rw\n8:33 / rw ext4 /dev/sdc1 rw\n\n\n', false],
    ['another type', {}, '0:9 / rw tmpfs /dev/sdb1 rw\n\n\n', false],
    ['a folder of the device', {}, '8:17 /sub rw ext4 /dev/sdb1 rw\n\nsame\n', false],
    ['a device by its label', { src: 'LABEL=x' }, '8:17 / rw ext4 /dev/sdb1 rw\n\nsame\n', true],
    ['another than the labelled device', { src: 'LABEL=x' }, '8:17 / rw ext4 /dev/sdb1 rw\n\n\n', false],
    ['a subvolume', { fstype: 'btrfs', opts: 'subvol=@home' }, '0:40 /@home rw btrfs /dev/sdb1 rw\n\nsame\n', true],
    ['another subvolume', { fstype: 'btrfs', opts: 'subvol=@home' }, '0:40 /@ rw btrfs /dev/sdb1 rw\n\nsame\n', false],
    ['a bound folder', { src: '/s', fstype: 'none', opts: 'bind' }, '8:17 /s rw ext4 /dev/sdb1 rw\n\nsame\n', true],
    ['another bound folder', { src: '/s', fstype: 'none', opts: 'bind' }, '8:17 /t rw ext4 /dev/sdb1 rw\n\n\n', false],
    ['memory of another label', { src: 'tmpfs', fstype: 'tmpfs' }, '0:9 / rw tmpfs none rw\n\n\n', true],
    ['proc instead of memory', { src: 'tmpfs', fstype: 'tmpfs' }, '0:9 / rw proc proc rw\n\n\n', false],
    ['a share', { src: 'nas:/a b/', fstype: 'nfs' }, '0:9 / rw nfs4 nas:/a\\040b rw\n\n\n', true],
    ['another share', { src: 'nas:/a', fstype: 'nfs' }, '0:9 / rw nfs4 nas:/b rw\n\n\n', false],
    ['whatever type it has', { fstype: 'auto' }, '8:17 / rw xfs /dev/sdb1 rw\n\nsame\n', true],
    ['a program of its own', { src: 'u@h:', fstype: 'fuse.sshfs' }, '0:9 / rw fuse.sshfs u@h: rw\n\n\n', true],
  ];
  for (const [title, want, stdout, is] of rows)
    it(`is ${is ? '' : 'not '}as wanted: ${title}`, () =>
      expect(isMounted({ ...wanted, ...want }).parse(out(stdout))).to.equal(is));

  it('counts the mounts at one place', () =>
    expect(mountedAt('/m').parse(out('8:17 / rw ext4 /dev/sdb1 rw\n0:9 / rw tmpfs a\\040b rw\n'))).to.deep.equal({
      source: 'a b',
      fstype: 'tmpfs',
      layers: 2,
    }));

  const options: readonly (readonly [wanted: string, live: string, lacking: string, fstype?: string])[] = [
    ['defaults', 'rw,relatime', ''],
    ['defaults', 'ro,relatime', 'rw'],
    ['ro', 'rw,relatime', 'ro'],
    ['ro,rw', 'rw', ''],
    ['nosuid,nodev', 'rw,nodev', 'nosuid'],
    ['exec', 'rw,noexec', 'exec'],
    ['defaults', 'rw,noexec,nosuid', ''],
    ['defaults', 'ro', '', 'iso9660'],
    ['x-systemd.automount,_netdev,user', 'rw', ''],
    ['size=1m', 'rw,size=1024k', '', 'tmpfs'],
    ['size=2M', 'rw,size=1024k', 'size=2M', 'tmpfs'],
  ];
  for (const [want, live, lacking, fstype = 'ext4'] of options)
    it(`options ${want} of ${fstype} mounted with ${live}: ${lacking || 'all there'}`, () =>
      expect(lackingOptions(want, fstype, live.split(',')).join(',')).to.equal(lacking));

  it('every field of fstab is read as it was written, and adds no line', () => {
    for (const text of ['a b', 'tab\there', 'new\nline', 'cr\rx', 'back\\040slash', '#hash', 'a\u00a0b', 'ü']) {
      const entry = { src: `/${text}`, path: `/m/${text}`, fstype: 'none', opts: `bind,x=${text}`, dump: 0, passno: 0 };
      const written = withEntry('/dev/a / ext4 defaults 0 1\n', entry.path, entry);
      expect(written.split('\n')).to.have.length(3);
      expect(readEntry(written, entry.path)).to.deep.equal(entry);
    }
  });
});
