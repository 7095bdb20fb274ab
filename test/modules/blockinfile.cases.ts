import { blockinfile } from '../../modules/files/blockinfile.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith, type Thing } from './paths.ts';

const base = {
  path: '/etc/f',
  state: 'present',
  marker: '# {mark} M',
  marker_begin: 'BEGIN',
  marker_end: 'END',
  block: '',
  create: false,
  backup: false,
};
const on = (thing: Thing) => hostWith({ '/etc': folder, '/etc/f': thing });

const edit = (title: string, args: Record<string, unknown>, before: string, after: string): ModuleCase => ({
  title,
  module: blockinfile,
  args: { ...base, ...args },
  given: on(before),
  differences: before === after ? [] : [{ what: 'content of /etc/f', from: before, to: after }],
  ...(before === after ? { commands: [] } : { written: { '/etc/f': after } }),
});

export const cases: readonly ModuleCase[] = [
  edit('adds a block at the end', { block: 'x\ny\n' }, 'a\n', 'a\n# BEGIN M\nx\ny\n# END M\n'),
  edit('ends its lines as the file does', { block: 'x' }, 'a\r\n', 'a\r\n# BEGIN M\r\nx\r\n# END M\r\n'),
  edit(
    'ends its lines as the block did, in a file with mixed ends',
    { block: 'y\n' },
    'a\n# BEGIN M\r\nx\r\n# END M\r\n',
    'a\n# BEGIN M\r\ny\r\n# END M\r\n',
  ),
  edit(
    'leaves a block with CR LF that is right',
    { block: 'x' },
    '# BEGIN M\r\nx\r\n# END M\r\nb\n',
    '# BEGIN M\r\nx\r\n# END M\r\nb\n',
  ),
  edit('leaves a block that is right', { block: 'x' }, '# BEGIN M\nx\n# END M\nb', '# BEGIN M\nx\n# END M\nb'),
  edit(
    'replaces a block where it stands',
    { block: 'z' },
    'a\n# BEGIN M\nx\ny\n# END M\nb\n',
    'a\n# BEGIN M\nz\n# END M\nb\n',
  ),
  edit('adds after a match', { block: 'z', insertafter: '^a' }, 'a\nb\n', 'a\n# BEGIN M\nz\n# END M\nb\n'),
  edit('adds at the beginning', { block: 'z', insertbefore: 'BOF' }, 'a\n', '# BEGIN M\nz\n# END M\na\n'),
  edit('removes a block', { state: 'absent' }, 'a\n# BEGIN M\nx\n# END M\nb\n', 'a\nb\n'),
  edit('removes a block that is to be empty', {}, 'a\n# BEGIN M\nx\n# END M\n', 'a\n'),
  edit('has nothing to remove', { state: 'absent' }, 'a', 'a'),
  {
    title: 'removes nothing from a file that is not there',
    module: blockinfile,
    args: { ...base, state: 'absent' },
    given: on(null),
  },
  {
    title: 'fails where the file is not there',
    module: blockinfile,
    args: { ...base, block: 'x' },
    given: on(null),
    fails: 'does not exist',
  },
  {
    title: 'makes the file when told to',
    module: blockinfile,
    args: { ...base, block: 'x', create: true },
    given: on(null),
    differences: ['content of /etc/f'],
    written: { '/etc/f': '# BEGIN M\nx\n# END M\n' },
  },
  {
    title: 'does not guess where a block ends',
    module: blockinfile,
    args: { ...base, block: 'x' },
    given: on('# BEGIN M\nx\n'),
    fails: "has '# BEGIN M' on line 1 but no '# END M'",
  },
];
