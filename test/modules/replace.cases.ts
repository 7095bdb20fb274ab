import { replace } from '../../modules/files/replace.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const edit = (
  title: string,
  regexp: string,
  by: string,
  before: string,
  after: string,
  more: Partial<ModuleCase> = {},
): ModuleCase => ({
  title,
  module: replace,
  args: { path: '/etc/f', regexp, replace: by, backup: false },
  given: hostWith({ '/etc': folder, '/etc/f': before }),
  differences: before === after ? [] : [{ what: 'content of /etc/f', from: before, to: after }],
  ...(before === after ? { commands: [] } : { written: { '/etc/f': after } }),
  ...more,
});

export const cases: readonly ModuleCase[] = [
  edit('replaces every match', 'http:', 'https:', 'http://a\nhttp://b\n', 'https://a\nhttps://b\n'),
  edit(
    'takes ^ and $ for the ends of lines, and keeps groups',
    '^([^#\\n]\\S*\\s+\\S+\\s+swap\\s.*)$',
    '# \\1',
    '/dev/a / ext4 x 0 1\n/dev/b none swap sw 0 0\n',
    '/dev/a / ext4 x 0 1\n# /dev/b none swap sw 0 0\n',
  ),
  edit('removes by default', 'b\\n', '', 'a\nb\nc', 'a\nc'),
  edit('takes a dollar as it is', 'a', '$&$1', 'a\n', '$&$1\n'),
  edit('leaves what does not match', 'z', 'y', 'a\nb', 'a\nb'),
  edit('keeps CR LF', '^(?!#)(.+)$', '# \\1', 'Port 22\r\nUser x\r\n', '# Port 22\r\n# User x\r\n'),
  edit('ends new lines as the file does', '^b$', 'b1\nb2', 'a\r\nb\r\n', 'a\r\nb1\r\nb2\r\n'),
  edit('can change the line ends', '\\r$', '', 'a\r\nb\r\n', 'a\nb\n'),
  edit('can change the line ends to CR LF', '(?<!\\r)\\n', '\\r\\n', 'a\nb\n', 'a\r\nb\r\n'),
  edit('keeps each end of mixed lines', '^(\\w)$', '\\1!', 'a\r\nb\n', 'a\r\nb!\n'),
  edit('knows no line ends but newlines', '^b$', 'x', 'a\u2028b\n', 'a\u2028b\n'),
  edit('takes a bracket that comes first into its class', '[]x]', '-', 'a]bx\n', 'a-b-\n'),
  edit('puts nothing for a group that took no part', '(a)|b', '<\\1>', 'xb\n', 'x<>\n'),
  ...(
    [
      ['a group that is not there', '^(port=)\\d+', '\\18080', 'invalid group reference 18 at position 1'],
      ['a name that is not there', '^(?P<key>a)=', '\\g<kye>', "unknown group name 'kye' at position 3"],
      ['an unknown escape', 'a', '\\q', 'bad escape \\q at position 0'],
    ] as const
  ).map(([title, regexp, by, fails]) => edit(`refuses ${title}`, regexp, by, 'a\n', 'a\n', { fails })),
  {
    title: 'is refused before it writes when its result matches again',
    module: replace,
    args: { path: '/etc/f', regexp: 'foo', replace: 'foobar', backup: false },
    given: hostWith({ '/etc': folder, '/etc/f': 'foo\n' }),
    fails: "each run would change /etc/f again: 'regexp' matches what 'replace' puts there",
  },
  {
    title: 'fails where the file is not there',
    module: replace,
    args: { path: '/etc/f', regexp: 'a', replace: '', backup: false },
    given: hostWith({ '/etc': folder, '/etc/f': null }),
    fails: 'does not exist',
  },
];
