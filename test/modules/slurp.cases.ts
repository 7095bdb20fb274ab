import { slurp } from '../../modules/files/slurp.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const args = { src: '/etc/f' };

export const cases: readonly ModuleCase[] = [
  {
    title: 'reads a text',
    module: slurp,
    args,
    given: hostWith({ '/etc': folder, '/etc/f': 'grüße\n' }),
    result: { content: Buffer.from('grüße\n').toString('base64'), encoding: 'base64', source: '/etc/f' },
  },
  {
    title: 'reads bytes',
    module: slurp,
    args,
    given: hostWith(
      { '/etc': folder, '/etc/f': '' },
      { 'file:/etc/f': { exists: true, content: '/wA=', encoding: 'base64' } },
    ),
    result: { content: '/wA=' },
  },
  {
    title: 'fails where nothing is there',
    module: slurp,
    args,
    given: hostWith({ '/etc': folder, '/etc/f': null }),
    fails: '/etc/f does not exist',
  },
  {
    title: 'fails at a folder',
    module: slurp,
    args,
    given: hostWith({ '/etc': folder, '/etc/f': folder }),
    fails: '/etc/f is a folder, not a file',
  },
  {
    title: 'fails at a file that is too large',
    module: slurp,
    args,
    given: hostWith(
      { '/etc': folder, '/etc/f': '' },
      { 'file:/etc/f': { exists: true, content: '', encoding: 'too-large' } },
    ),
    fails: 'larger than 4 MiB',
  },
];
