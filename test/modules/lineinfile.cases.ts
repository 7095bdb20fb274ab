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
  edit(
    'takes no time for nested repetitions',
    { line: 'x', regexp: '^(a+)+$' },
    `${'a'.repeat(5000)}!\n`,
    `${'a'.repeat(5000)}!\nx\n`,
  ),
  edit(
    "finds a bracket that is its class's first character",
    { line: '[b]', regexp: '^\\[([^]]+)\\]$' },
    '[a]\nx=1\n',
    '[b]\nx=1\n',
  ),
  edit('takes a missing lower bound for 0', { line: 'x', regexp: '^a{,4}$' }, 'aaa\n', 'x\n'),
  edit('leaves an escaped backslash alone', { line: 'x', regexp: '^%CORP\\\\Admins ' }, '%CORP\\Admins ALL\n', 'x\n'),
  edit('sees the newline of a line', { line: 'x', regexp: '^Port\\s' }, 'Port\n', 'x\n'),
  edit('ends a new line as the file does', { line: 'c' }, 'a\r\nb\r\n', 'a\r\nb\r\nc\r\n'),
  edit('ends a replaced line as before', { line: 'a=2', regexp: '^a=' }, 'a=1\r\nb\n', 'a=2\r\nb\n'),
  edit(
    'fills in a line that ends with CR LF',
    { line: '\\1=2', regexp: '^(.*)=1$', backrefs: true },
    'a=1\r\n',
    'a=2\r\n',
  ),
  edit('removes from a file with CR LF', { state: 'absent', regexp: '^b$' }, 'a\r\nb\r\nc\r\n', 'a\r\nc\r\n'),
  edit('keeps the ends of all other lines', { line: 'd' }, 'a\r\nb\nc\r\n', 'a\r\nb\nc\r\nd\n'),
  edit('takes a line with a CR of its own once', { line: 'b\r' }, 'a\r\nb\r\n', 'a\r\nb\r\n'),
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
    title: 'is refused before it writes when its expression matches what it makes',
    module: lineinfile,
    args: { ...base, regexp: '^(a+)$', line: 'a\\1', backrefs: true },
    given: on('a\n'),
    fails: "each run would change /etc/f again: 'regexp' matches the line that it makes",
  },
  {
    title: 'is refused before it writes when its expression matches other lines, but not the line',
    module: lineinfile,
    args: { ...base, regexp: '^a', line: 'b' },
    given: on('a1\na2\n'),
    fails: "each run would change /etc/f again: 'regexp' matches several lines, but not 'line'",
  },
  {
    title: 'ends an expression that would run for ever',
    module: lineinfile,
    args: { ...base, regexp: '^((a+)+)\\2b', line: 'x' },
    given: on(`${'a'.repeat(50)}!\n`),
    fails: 'takes too long',
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
