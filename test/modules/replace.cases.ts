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
  edit('is found out when its result matches again', 'foo', 'foobar', 'foo\n', 'foobar\n', { converges: false }),
  {
    title: 'fails where the file is not there',
    module: replace,
    args: { path: '/etc/f', regexp: 'a', replace: '', backup: false },
    given: hostWith({ '/etc': folder, '/etc/f': null }),
    fails: 'does not exist',
  },
];
