import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { changeContent, contentReturns } from './content.ts';
import { checkEdit, editArgs } from './edit.ts';
import { bounded, compile, expand, lintPatterns } from './pattern.ts';

export const replace = defineModule({
  name: 'replace',
  summary: 'Replaces every match of a regular expression in a text file.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      ...editArgs,
      regexp: {
        type: 'string',
        description: 'Matched against the whole text; `^` and `$` match at the ends of each line.',
      },
      replace: {
        type: 'string',
        default: '',
        description:
          'Replacement for each match; may use `\\1` or `\\g<name>`. The expression must not match the replacement, or the task fails, since it would change the file each time.',
      },
    },
    required: ['path', 'regexp'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: { path: { type: 'string', description: 'The path of the file.' }, ...contentReturns },
  },
  examples: [
    `- name: Keep swap off after a reboot
  replace:
    path: /etc/fstab
    regexp: '^([^#\\n]\\S*\\s+\\S+\\s+swap\\s.*)$'
    replace: '# \\1'`,
    `- name: Use our own mirror
  replace:
    path: /etc/apt/sources.list
    regexp: 'http://deb\\.debian\\.org/'
    replace: http://mirror.example.org/
    backup: true`,
  ],
  lint: (args) => lintPatterns(args, ['regexp']),
  check(args, host) {
    return checkEdit(host, args, (text) => {
      if (text === null) throw new TaskFailure(`${args.path} does not exist`);
      const pattern = compile(args.regexp, 'gm');
      return bounded(args.path, args.regexp, () => replaceAll(text, pattern, args.replace));
    });
  },
  async change(_args, found, host) {
    return found.present && changeContent(host, found.present);
  },
});

function replaceAll(text: string, pattern: RegExp, replacement: string): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    result += text.slice(done, match.index) + expand(replacement, match);
    done = match.index + match[0].length;
  }
  return result + text.slice(done);
}
