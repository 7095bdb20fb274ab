import { stat } from '../../modules/files/stat.ts';
import { digestOf } from '../../modules/files/text.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const args = { path: '/etc/f', follow: false, get_checksum: true };
const numbers = { uid: 0, gid: 0, inode: 7, mtime: 1_700_000_000 };
const names = { pw_name: 'root', gr_name: 'root', exists: true, path: '/etc/f' };

export const cases: readonly ModuleCase[] = [
  {
    title: 'says that nothing is there',
    module: stat,
    args,
    given: hostWith({ '/etc': folder, '/etc/f': null }),
    result: { stat: { exists: false } },
  },
  {
    title: 'describes a file',
    module: stat,
    args,
    given: hostWith({ '/etc': folder, '/etc/f': 'text' }),
    result: {
      stat: {
        ...names,
        ...numbers,
        size: 4,
        isreg: true,
        isdir: false,
        islnk: false,
        mode: '0644',
        checksum: digestOf('text'),
      },
    },
  },
  {
    title: 'describes a link, not what it leads to',
    module: stat,
    args: { ...args, get_checksum: false },
    given: hostWith({ '/etc': folder, '/etc/f': { link: '/run/f' } }),
    result: {
      stat: {
        ...names,
        ...numbers,
        size: 4096,
        isreg: false,
        isdir: false,
        islnk: true,
        mode: '0777',
        lnk_target: '/run/f',
        lnk_source: '/run/f',
      },
    },
  },
  {
    title: 'follows a link when told to',
    module: stat,
    args: { ...args, follow: true },
    given: hostWith({ '/etc/f': { link: '/run' }, '/': folder, '/run': folder }),
    result: { stat: { ...names, ...numbers, size: 4096, isreg: false, isdir: true, islnk: false, mode: '0755' } },
  },
  {
    title: 'says that nothing is there where a link leads nowhere',
    module: stat,
    args: { ...args, follow: true },
    given: hostWith({}, { 'realpath:/etc/f': null }),
    result: { stat: { exists: false } },
  },
];
