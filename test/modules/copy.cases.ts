import { copy } from '../../modules/files/copy.ts';
import { digestOf } from '../../modules/files/text.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const hello = { content: 'hello\n', dest: '/etc/motd', backup: false };
const large = 'x'.repeat(100_000);

export const cases: readonly ModuleCase[] = [
  {
    title: 'refuses an owner that the host does not know',
    module: copy,
    args: { content: 'x', dest: '/d/f', owner: 'nobody-here', backup: false },
    given: hostWith({ '/d': folder, '/d/f': null }, { 'account:nobody-here': null }),
    fails: "the host has no user 'nobody-here'",
  },
  {
    title: 'finds nothing to do where the file is as it should be',
    module: copy,
    args: { ...hello, owner: 'root', mode: '0644' },
    given: hostWith({ '/etc': folder, '/etc/motd': 'hello\n' }),
    commands: [],
    result: {
      dest: '/etc/motd',
      checksum: digestOf('hello\n'),
      size: 6,
      mode: '0644',
      owner: 'root',
      group: 'root',
      state: 'file',
    },
  },
  {
    title: 'makes a file that is not there',
    module: copy,
    args: hello,
    given: hostWith({ '/etc': folder, '/etc/motd': null }),
    differences: [{ what: 'content of /etc/motd', from: null, to: 'hello\n' }],
    commands: ['write /etc/motd'],
    written: { '/etc/motd': 'hello\n' },
    result: { mode: '0644', owner: 'root' },
  },
  {
    title: 'replaces another content, and keeps the attributes that nobody asked to change',
    module: copy,
    args: { ...hello, backup: true },
    given: hostWith({ '/etc': folder, '/etc/motd': { content: 'bye\n', mode: '0604', owner: 'daemon' } }),
    differences: [{ what: 'content of /etc/motd', from: 'bye\n', to: 'hello\n' }],
    commands: ['write /etc/motd'],
    result: { mode: '0604', owner: 'daemon', backup_file: '/etc/motd.backup' },
  },
  {
    title: 'sets only the attributes where the content is right',
    module: copy,
    args: { ...hello, owner: 'daemon', group: 'adm', mode: 'o-r' },
    given: hostWith({ '/etc': folder, '/etc/motd': 'hello\n' }),
    differences: [
      { what: 'owner of /etc/motd', from: 'root', to: 'daemon' },
      { what: 'group of /etc/motd', from: 'root', to: 'adm' },
      { what: 'mode of /etc/motd', from: '0644', to: '0640' },
    ],
  },
  {
    title: 'takes an owner by number for the name that the host has for it',
    module: copy,
    args: { ...hello, owner: '0' },
    given: hostWith({ '/etc': folder, '/etc/motd': 'hello\n' }, { 'user-name:0': 'root' }),
  },
  {
    title: 'shows of a file that not everyone may read no content',
    module: copy,
    args: { ...hello, mode: '0600' },
    given: hostWith({ '/etc': folder, '/etc/motd': { content: 'secret\n', mode: '0600' } }),
    differences: [
      {
        what: 'content of /etc/motd',
        from: `not shown (mode 0600): 7 bytes, sha256 ${digestOf('secret\n')}`,
        to: `not shown (mode 0600): 6 bytes, sha256 ${digestOf('hello\n')}`,
      },
    ],
  },
  {
    title: 'compares a large file by its digest and then shows the difference',
    module: copy,
    args: { ...hello, content: large },
    given: hostWith({ '/etc': folder, '/etc/motd': 'small\n' }),
    differences: [{ what: 'content of /etc/motd', from: 'small\n', to: large }],
  },
  {
    title: 'shows of bytes only their digest',
    module: copy,
    args: { src: { path: '/play/files/logo', content: Buffer.from([0xff, 0x00]) }, dest: '/srv/', backup: false },
    given: hostWith({ '/srv': folder, '/srv/logo': null }),
    differences: [
      {
        what: 'content of /srv/logo',
        from: null,
        to: `binary: 2 bytes, sha256 ${digestOf(Buffer.from([0xff, 0x00]))}`,
      },
    ],
    commands: ['write /srv/logo'],
    result: { dest: '/srv/logo' },
  },
  {
    title: 'replaces a symbolic link by the file itself',
    module: copy,
    args: hello,
    given: hostWith({ '/etc': folder, '/etc/motd': { link: '/run/motd', content: 'hello\n' } }),
    differences: [{ what: 'type of /etc/motd', from: 'symbolic link to /run/motd', to: 'file' }],
    commands: ['write /etc/motd'],
  },
  {
    title: 'writes into a folder that is a link',
    module: copy,
    args: { ...hello, dest: '/var/run/motd' },
    given: hostWith({ '/var/run': { link: '/run' }, '/run': folder, '/var/run/motd': null }),
    differences: ['content of /var/run/motd'],
  },
  {
    title: 'takes the group of a folder that hands it down',
    module: copy,
    args: { ...hello, dest: '/srv/shared/x' },
    given: hostWith({ '/srv/shared': { directory: true, mode: '2775', group: 'staff' }, '/srv/shared/x': null }),
    differences: ['content of /srv/shared/x'],
    result: { group: 'staff', mode: '0644' },
  },
  {
    title: 'fails where the folder is missing',
    module: copy,
    args: { ...hello, dest: '/opt/app/motd' },
    given: hostWith({ '/opt/app': null, '/opt/app/motd': null }),
    fails: 'the folder /opt/app does not exist',
  },
  {
    title: 'fails where a folder stands in the place of the file',
    module: copy,
    args: { ...hello, dest: '/opt' },
    given: hostWith({ '/': folder, '/opt': folder }),
    fails: '/opt is a folder',
  },
];
