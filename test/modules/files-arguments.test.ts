import { expect } from 'chai';
import type { AnyModule } from '../../engine/module/module.ts';
import { validateArguments } from '../../engine/playbook/arguments/validate.ts';
import { blockinfile } from '../../modules/files/blockinfile.ts';
import { copy } from '../../modules/files/copy.ts';
import { fetch } from '../../modules/files/fetch.ts';
import { file } from '../../modules/files/file.ts';
import { get_url } from '../../modules/files/get_url.ts';
import { lineinfile } from '../../modules/files/lineinfile.ts';
import { replace } from '../../modules/files/replace.ts';
import { mount } from '../../modules/system/mount.ts';

const path = '/etc/f';
const rows: readonly (readonly [
  title: string,
  module: AnyModule,
  args: Record<string, unknown>,
  ...messages: string[],
])[] = [
  ['text for a file', copy, { content: 'x', dest: path }],
  ['a copy of nothing', copy, { dest: path }, "'copy' needs one of 'src', 'content'"],
  [
    'text for a folder',
    copy,
    { content: 'x', dest: '/etc/' },
    "'dest' must name a file when 'content' is given, not a folder",
  ],
  ['a path that is not absolute', copy, { content: 'x', dest: 'etc/f' }, "'dest' must be an absolute path on the host"],
  ['a mode in decimal', copy, { content: 'x', dest: path, mode: '644' }, 'has no leading zero'],
  ['a validation without the file', copy, { content: 'x', dest: path, validate: 'visudo -c' }, "'validate' cannot be"],
  ['a folder', file, { path, state: 'directory', mode: 'u=rwx' }],
  ['a link that leads nowhere', file, { path, state: 'link' }, "'file' needs 'src'"],
  ['a link with a mode', file, { path, state: 'link', src: 'x', mode: '0644' }, 'a link has no mode'],
  ['a file with a source', file, { path, state: 'touch', src: 'x' }, "'src' is for state: link or hard"],
  ['all below a file', file, { path, state: 'file', recurse: true }, "'recurse' is for state: directory"],
  ['all below whatever is there', file, { path, recurse: true }, "'file' needs 'state'"],
  ['the end of everything', file, { path: '//', state: 'absent' }, '/ cannot be removed'],
  ['a line', lineinfile, { path, line: 'x' }],
  ['a line to remove by its text', lineinfile, { path, search_string: 'x', state: 'absent' }],
  ['an expression without a line', lineinfile, { path, regexp: 'x' }, "'lineinfile' needs 'line'"],
  ['nothing to remove', lineinfile, { path, state: 'absent' }, "'lineinfile' needs at least one of"],
  ['references to nothing', lineinfile, { path, line: '\\1', backrefs: true }, "'lineinfile' needs 'regexp'"],
  ['two ways to find a line', lineinfile, { path, line: 'x', regexp: 'x', search_string: 'x' }, 'only one of'],
  ['two places for a line', lineinfile, { path, line: 'x', insertafter: 'a', insertbefore: 'b' }, 'only one of'],
  ['two lines', lineinfile, { path, line: 'x\ny' }, 'more than one line'],
  ['a broken expression', lineinfile, { path, line: 'x', regexp: '(x' }, "'regexp' is not a regular expression"],
  ['a broken place', blockinfile, { path, block: 'x', insertafter: '*' }, "'insertafter' is not a regular expression"],
  ['a marker that marks nothing', blockinfile, { path, block: 'x', marker: '# x' }, "'marker' cannot be"],
  ['a group that is not there', replace, { path, regexp: '(a)', replace: '\\18080' }, 'invalid group reference 18'],
  [
    'a name with a slip',
    lineinfile,
    { path, regexp: '(?P<key>a)', line: '\\g<kye>', backrefs: true },
    "unknown group name 'kye'",
  ],
  ['a broken replacement', replace, { path, regexp: '[z-a]' }, "'regexp' is not a regular expression"],
  ['a fetched file of each host', fetch, { src: path, dest: 'x', flat: false }, "'flat' must be true"],
  ['a fetched file with a symbolic mode', fetch, { src: path, dest: 'x', flat: true, mode: 'u=rw' }, 'must be octal'],
  ['a digest that is none', get_url, { url: 'https://a/b', dest: path, checksum: 'sha256:12' }, "'checksum' cannot be"],
  ['an address of this machine', get_url, { url: 'file:///etc/passwd', dest: path }, "'url' cannot be"],
  ['a mount of nothing', mount, { path, state: 'mounted' }, "'mount' needs 'src'", "'mount' needs 'fstype'"],
  ['a mount to remove', mount, { path, state: 'absent' }],
];

describe('arguments of the file modules', () => {
  for (const [title, module, args, ...wanted] of rows)
    it(`${wanted.length > 0 ? 'refuse' : 'take'} ${title}`, () => {
      const problems = validateArguments(module, args);
      const found = problems.length > 0 ? problems.map((p) => p.message) : [...(module.lint?.(args) ?? [])];
      expect(found, found.join('; ')).to.have.length(wanted.length);
      for (const [i, text] of wanted.entries()) expect(found[i]).to.include(text);
    });
});
