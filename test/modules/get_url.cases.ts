import { get_url } from '../../modules/files/get_url.ts';
import { digestOf } from '../../modules/files/text.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const url = 'https://example.org/tools/kubectl?x=1';
const args = { url, dest: '/opt/kubectl', force: false };
const checksum = `sha256:${digestOf('right')}`;

export const cases: readonly ModuleCase[] = [
  {
    title: 'downloads what is not there, checked by its digest',
    module: get_url,
    args: { ...args, checksum, mode: '0755' },
    given: hostWith({ '/opt': folder, '/opt/kubectl': null }),
    differences: [{ what: 'content of /opt/kubectl', from: null, to: `sha256 ${digestOf('right')}` }],
    result: { dest: '/opt/kubectl', mode: '0755', owner: 'root', state: 'file' },
  },
  {
    title: 'leaves a file with the right digest, whatever the case of its letters',
    module: get_url,
    args: { ...args, checksum: checksum.replace(/[a-f]/g, (c) => c.toUpperCase()) },
    given: hostWith({ '/opt': folder, '/opt/kubectl': 'right' }),
    commands: [],
  },
  {
    title: 'replaces a file with another digest',
    module: get_url,
    args: { ...args, checksum },
    given: hostWith({ '/opt': folder, '/opt/kubectl': 'wrong' }),
    differences: [
      { what: 'content of /opt/kubectl', from: `sha256 ${digestOf('wrong')}`, to: `sha256 ${digestOf('right')}` },
    ],
  },
  {
    title: 'takes a file as right that nothing is known of, under its name in the address',
    module: get_url,
    args: { ...args, dest: '/opt/' },
    given: hostWith({ '/opt': folder, '/opt/kubectl': 'any' }),
    commands: [],
    result: { dest: '/opt/kubectl' },
  },
  {
    title: 'sets the attributes without a download',
    module: get_url,
    args: { ...args, mode: '0755' },
    given: hostWith({ '/opt': folder, '/opt/kubectl': 'any' }),
    differences: [{ what: 'mode of /opt/kubectl', from: '0644', to: '0755' }],
  },
  {
    title: 'compares with what the address serves when told to',
    module: get_url,
    args: { ...args, force: true },
    given: hostWith({ '/opt': folder, '/opt/kubectl': 'old' }, { [`url-digest:${url}`]: digestOf('new') }),
    differences: ['content of /opt/kubectl'],
  },
  {
    title: 'leaves what the address serves still',
    module: get_url,
    args: { ...args, force: true },
    given: hostWith({ '/opt': folder, '/opt/kubectl': 'new' }, { [`url-digest:${url}`]: digestOf('new') }),
  },
  {
    title: 'fails where the address has no name in it',
    module: get_url,
    args: { ...args, url: 'https://example.org/', dest: '/opt/' },
    given: hostWith({}),
    fails: 'does not end with a file name',
  },
  {
    title: 'does not take a way out of the folder for a name',
    module: get_url,
    args: { ...args, url: 'https://example.org/a%2F..%2Fb', dest: '/opt/' },
    given: hostWith({}),
    fails: 'does not end with a file name',
  },
  {
    title: 'fails where the folder is missing',
    module: get_url,
    args,
    given: hostWith({ '/opt': null, '/opt/kubectl': null }),
    fails: 'the folder /opt does not exist',
  },
];
