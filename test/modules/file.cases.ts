import { file } from '../../modules/files/file.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const plain = { recurse: false, force: false };
const alike = (type: string, mode: string, owner: string, count: number) => ({
  type,
  mode,
  owner,
  group: 'root',
  count,
});

export const cases: readonly ModuleCase[] = [
  {
    title: 'leaves a folder that is right',
    module: file,
    args: { ...plain, path: '/opt/app/', state: 'directory', mode: '0755', owner: 'root' },
    given: hostWith({ '/opt': folder, '/opt/app': folder }),
    commands: [],
    result: { path: '/opt/app', state: 'directory', mode: '0755', owner: 'root', group: 'root' },
  },
  {
    title: 'makes a folder and those above it, all with the attributes asked for',
    module: file,
    args: { ...plain, path: '/opt/a/b', state: 'directory', mode: '0750', owner: 'app' },
    given: hostWith({ '/': folder, '/opt': folder, '/opt/a': null, '/opt/a/b': null }),
    differences: [
      { what: '/opt/a', from: null, to: 'directory' },
      { what: '/opt/a/b', from: null, to: 'directory' },
    ],
  },
  {
    title: 'changes the folder that a link leads to',
    module: file,
    args: { ...plain, path: '/data', state: 'directory', mode: '0700' },
    given: hostWith({ '/': folder, '/data': { link: '/srv/data' }, '/srv': folder, '/srv/data': folder }),
    differences: [{ what: 'mode of /srv/data', from: '0755', to: '0700' }],
  },
  {
    title: 'does not make a folder of a file',
    module: file,
    args: { ...plain, path: '/opt/app', state: 'directory' },
    given: hostWith({ '/opt': folder, '/opt/app': 'text' }),
    fails: '/opt/app is a file, not a folder',
  },
  {
    title: 'sets owner and mode of all below, folders and files told apart',
    module: file,
    args: { ...plain, path: '/srv', state: 'directory', recurse: true, owner: 'app', mode: 'u=rwX,go=rX' },
    given: hostWith(
      { '/': folder, '/srv': { directory: true, owner: 'app' } },
      {
        'tree:/srv': [
          alike('directory', '0755', 'app', 1),
          alike('file', '0600', 'app', 2),
          alike('file', '0644', 'root', 3),
          alike('link', '0777', 'app', 4),
        ],
      },
    ),
    differences: [
      { what: 'owner of 3 below /srv', from: 'root', to: 'app' },
      { what: 'mode of 2 below /srv', from: '0600', to: 'u=rwX,go=rX' },
    ],
  },
  {
    title: 'removes what is there',
    module: file,
    args: { ...plain, path: '/opt/app', state: 'absent' },
    given: hostWith({ '/opt': folder, '/opt/app': folder }),
    differences: [{ what: '/opt/app', from: 'directory', to: null }],
    result: { state: 'absent' },
  },
  {
    title: 'has nothing to remove below a folder that is not there',
    module: file,
    args: { ...plain, path: '/opt/app/x', state: 'absent' },
    given: hostWith({ '/opt/app': null, '/opt/app/x': 'an earlier task would remove the folder' }),
  },
  {
    title: 'makes an empty file, and leaves one that is there',
    module: file,
    args: { ...plain, path: '/etc/flag', state: 'touch', mode: '0600' },
    given: hostWith({ '/etc': folder, '/etc/flag': null }),
    differences: [{ what: '/etc/flag', from: null, to: 'empty file' }],
  },
  {
    title: 'sets the attributes of whatever is there',
    module: file,
    args: { ...plain, path: '/etc/x', mode: 'g+w' },
    given: hostWith({ '/etc': folder, '/etc/x': 'text' }),
    differences: [{ what: 'mode of /etc/x', from: '0644', to: '0664' }],
  },
  {
    title: 'fails where the file must be there and is not',
    module: file,
    args: { ...plain, path: '/etc/x', state: 'file' },
    given: hostWith({ '/etc': folder, '/etc/x': null }),
    fails: '/etc/x does not exist',
  },
  {
    title: 'makes a link',
    module: file,
    args: { ...plain, path: '/opt/current', state: 'link', src: 'releases/2' },
    given: hostWith({ '/opt': folder, '/opt/current': null, '/opt/releases/2': folder }),
    differences: [{ what: '/opt/current', from: null, to: 'link to releases/2' }],
    result: { src: 'releases/2', state: 'link' },
  },
  {
    title: 'leads a link elsewhere',
    module: file,
    args: { ...plain, path: '/opt/current', state: 'link', src: 'releases/2', owner: 'app' },
    given: hostWith({ '/opt': folder, '/opt/current': { link: 'releases/1' }, '/opt/releases/2': folder }),
    differences: [{ what: '/opt/current', from: 'link to releases/1', to: 'link to releases/2' }],
  },
  {
    title: 'changes only the owner of a link that leads to the right place',
    module: file,
    args: { ...plain, path: '/opt/current', state: 'link', src: 'releases/2', owner: 'app' },
    given: hostWith({ '/opt': folder, '/opt/current': { link: 'releases/2' } }),
    differences: [{ what: 'owner of /opt/current', from: 'root', to: 'app' }],
  },
  {
    title: 'replaces a file by a link only when told to',
    module: file,
    args: { ...plain, path: '/opt/current', state: 'link', src: 'x' },
    given: hostWith({ '/opt': folder, '/opt/current': 'text' }),
    fails: 'it is not replaced by a link',
  },
  {
    title: 'never replaces a folder by a link',
    module: file,
    args: { ...plain, path: '/opt/current', state: 'link', src: 'x', force: true },
    given: hostWith({ '/opt': folder, '/opt/current': folder }),
    fails: '/opt/current is a folder',
  },
  {
    title: 'makes a hard link',
    module: file,
    args: { ...plain, path: '/opt/b', state: 'hard', src: '/opt/a' },
    given: hostWith({ '/opt': folder, '/opt/a': 'text', '/opt/b': null }, { 'same-file:/opt/b\0/opt/a': false }),
    differences: [{ what: '/opt/b', from: null, to: 'hard link to /opt/a' }],
  },
];
