import { fetch } from '../../modules/files/fetch.ts';
import { digestOf } from '../../modules/files/text.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith, type Thing } from './paths.ts';

const args = { src: '/etc/f', dest: '/home/me/f', flat: true, mode: '0600', fail_on_missing: true };
const there = { ...hostWith({ '/etc': folder, '/etc/f': 'new' }), outputs: { 'base64 /etc/f': { stdout: 'bmV3\n' } } };

export const cases: readonly ModuleCase[] = [
  {
    title: 'brings a file home, and shows only its digest',
    module: fetch,
    args,
    given: there,
    differences: [{ what: '/home/me/f on this machine', from: null, to: `sha256 ${digestOf('new')}` }],
    commands: ['base64 /etc/f', 'write local /home/me/f'],
    written: { '/home/me/f': 'new' },
    result: { dest: '/home/me/f', checksum: digestOf('new'), file: '/etc/f' },
    converges: false, // what is on the controller is no observation of the host
  },
  {
    title: 'leaves a file that is the same',
    module: fetch,
    args,
    given: { ...there, local: { '/home/me/f': 'new' } },
    commands: [],
  },
  {
    title: 'replaces another, in a folder under its own name',
    module: fetch,
    args: { ...args, dest: '/home/me/' },
    given: { ...there, local: { '/home/me/f': 'old' } },
    differences: [
      { what: '/home/me/f on this machine', from: `sha256 ${digestOf('old')}`, to: `sha256 ${digestOf('new')}` },
    ],
    converges: false,
  },
  {
    title: 'notices a file that changes under it',
    module: fetch,
    args,
    given: { ...there, outputs: { 'base64 /etc/f': { stdout: 'b2xk\n' } } },
    fails: 'changed while it was fetched',
  },
  {
    title: 'fails where nothing is there',
    module: fetch,
    args,
    given: hostWith({ '/etc': folder, '/etc/f': null }),
    fails: '/etc/f does not exist',
  },
  ...(
    [
      ['a folder', { '/etc/f': folder }, '/etc/f is a folder, not a file'],
      ['a device', { '/etc/f': 'device' }, '/etc/f is a device, a socket or a pipe, not a file'],
      ['a link to nothing', { '/etc/f': { link: 'gone' } }, 'a symbolic link to gone, which leads nowhere'],
      ['a link to a folder', { '/etc/f': { link: '/d' }, '/d': folder }, 'link to /d, which is a folder, not a file'],
    ] as const
  ).map(([what, things, fails]): ModuleCase => {
    const given = hostWith({ '/etc': folder, ...(things as Record<string, Thing>) });
    const reads: Record<string, unknown> = { ...given.reads, 'digest:/etc/f': null };
    if (what === 'a device') reads['path:/etc/f'] = { type: 'other', mode: '0644', owner: 'root', group: 'root' };
    if (what === 'a link to nothing') reads['realpath:/etc/f'] = null;
    return { title: `says what is there instead of a file: ${what}`, module: fetch, args, given: { reads }, fails };
  }),
  {
    title: 'does nothing where nothing is there and that is allowed',
    module: fetch,
    args: { ...args, fail_on_missing: false },
    given: hostWith({ '/etc': folder, '/etc/f': null }),
    commands: [],
    message: 'does not exist',
  },
];
