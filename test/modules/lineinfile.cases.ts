import { lineinfile } from '../../modules/files/lineinfile.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith, type Thing } from './paths.ts';

const base = { path: '/etc/f', state: 'present', backrefs: false, create: false, backup: false };
const on = (thing: Thing) => hostWith({ '/etc': folder, '/etc/f': thing });

/** Text before and after. */
const edit = (
  title: string,
  args: Record<string, unknown>,
  before: string,
  after: string,
  more: Partial<ModuleCase> = {},
): ModuleCase => ({
  title,
  module: lineinfile,
  args: { ...base, ...args },
  given: on(before),
  differences: before === after ? [] : [{ what: 'content of /etc/f', from: before, to: after }],
  ...(before === after ? { commands: [] } : { written: { '/etc/f': after } }),
  ...more,
});

export const cases: readonly ModuleCase[] = [
  edit('adds a line at the end', { line: 'c' }, 'a\nb\n', 'a\nb\nc\n'),
  edit('ends the last line first', { line: 'c' }, 'a\nb', 'a\nb\nc\n'),
  edit('leaves a line that is there', { line: 'b' }, 'a\nb\nc', 'a\nb\nc'),
  edit('leaves a line that is there with CR LF', { line: 'b' }, 'a\r\nb\r\n', 'a\r\nb\r\n'),
  edit(
    'replaces the last line that matches',
    { line: 'Port 2222', regexp: '^#?Port ' },
    '#Port 22\nx\nPort 22\n',
    '#Port 22\nx\nPort 2222\n',
  ),
  edit(
    'takes the line itself where the expression matches nothing',
    { line: 'y=2', regexp: '^y =' },
    'x\ny=2\n',
    'x\ny=2\n',
  ),
  edit('finds a line by the text in it', { line: 'new', search_string: 'a.b' }, 'axb\nza.bz\n', 'axb\nnew\n'),
  edit('adds after the last match', { line: 'n', insertafter: '^a' }, 'a1\na2\nb\n', 'a1\na2\nn\nb\n'),
  edit('adds before the last match', { line: 'n', insertbefore: '^a' }, 'a1\na2\nb\n', 'a1\nn\na2\nb\n'),
  edit('adds at the beginning', { line: 'n', insertbefore: 'BOF' }, 'a\n', 'n\na\n'),
  edit('adds at the end where nothing matches', { line: 'n', insertafter: '^z' }, 'a\n', 'a\nn\n'),
  edit(
    'fills in what was matched',
    { line: '\\g<key>=\\2', regexp: '^(?P<key>\\w+) *= *(.*)$', backrefs: true },
    'k  = v\n',
    'k=v\n',
  ),
  edit(
    'changes nothing with backrefs where nothing matches',
    { line: '\\1', regexp: '^(z)', backrefs: true },
    'a\n',
    'a\n',
  ),
  edit('takes the line as it is without backrefs', { line: '\\1 $& $1', regexp: '^a' }, 'a\n', '\\1 $& $1\n', {
    converges: true,
  }),
  edit('ignores case by an inline flag', { line: 'x', regexp: '(?i)^HELLO' }, 'hello\n', 'x\n'),
  edit('removes all lines that match', { state: 'absent', regexp: '^a' }, 'a1\nb\na2\n', 'b\n'),
  edit('removes a line', { state: 'absent', line: 'b' }, 'a\nb\nbc\n', 'a\nbc\n'),
  edit('has nothing to remove', { state: 'absent', line: 'z' }, 'a\nb', 'a\nb'),
  {
    title: 'removes nothing from a file that is not there',
    module: lineinfile,
    args: { ...base, state: 'absent', line: 'x' },
    given: on(null),
    message: 'does not exist',
  },
  {
    title: 'fails where the file is not there',
    module: lineinfile,
    args: { ...base, line: 'x' },
    given: on(null),
    fails: '/etc/f does not exist',
  },
  {
    title: 'makes the file when told to',
    module: lineinfile,
    args: { ...base, line: 'x', create: true, mode: '0600' },
    given: on(null),
    differences: ['content of /etc/f'],
    written: { '/etc/f': 'x\n' },
    result: { mode: '0600', owner: 'root' },
  },
  {
    title: 'changes the file that a link leads to',
    module: lineinfile,
    args: { ...base, line: 'b' },
    given: hostWith({ '/etc': folder, '/etc/f': { link: '/run/f' }, '/run': folder, '/run/f': 'a\n' }),
    differences: ['content of /run/f'],
    commands: ['write /run/f'],
    written: { '/run/f': 'a\nb\n' },
  },
  {
    title: 'is told to be still unstable when what it writes changes again',
    module: lineinfile,
    args: { ...base, regexp: '^(a+)$', line: 'a\\1', backrefs: true },
    given: on('a\n'),
    differences: ['content of /etc/f'],
    converges: false,
  },
  {
    title: 'ends an expression that would run for ever',
    module: lineinfile,
    args: { ...base, regexp: '^(a+)+$', line: 'x' },
    given: on(`${'a'.repeat(50)}!\n`),
    fails: 'takes more than',
  },
  {
    title: 'does not touch what is no text',
    module: lineinfile,
    args: { ...base, line: 'x' },
    given: hostWith(
      { '/etc': folder, '/etc/f': '' },
      { 'file:/etc/f': { exists: true, content: '/w==', encoding: 'base64' } },
    ),
    fails: 'not UTF-8',
  },
];
