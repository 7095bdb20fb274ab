import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { changeContent, contentReturns } from './content.ts';
import { checkEdit, editArgs } from './edit.ts';
import { endOf, linesOf } from './lines.ts';
import { bounded, compile, lintPatterns, lintReplacement, namesReturn, replacementOf } from './pattern.ts';

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
        description:
          'A regular expression as in Python, matched against the whole text; `^` and `$` match at the ends of each line. A file whose lines all end with CR LF keeps them and is matched as if they ended with LF, unless `regexp` or `replace` holds `\\r`.',
      },
      replace: {
        type: 'string',
        default: '',
        description:
          'Replacement for each match; may use `\\1` or `\\g<name>`. The expression must not match the result, or the task fails before it writes, since it would change the file each time.',
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
  lint: (args) => [...lintPatterns(args, ['regexp']), ...lintReplacement(args, 'replace')],
  check(args, host) {
    const pattern = compile('regexp', args.regexp, true);
    const replacement = replacementOf(pattern, 'replace', args.replace);
    const raw = namesReturn(args.regexp) || namesReturn(args.replace);
    const edit = (text: string | null): string => {
      if (text === null) throw new TaskFailure(`${args.path} does not exist`);
      const asText = !raw && endOf(linesOf(text)) === '\r\n';
      const result = bounded(args.path, args.regexp, () =>
        pattern.replace(asText ? text.replaceAll('\r\n', '\n') : text, replacement),
      );
      return asText ? result.replaceAll('\n', '\r\n') : result;
    };
    return checkEdit(host, args, edit, {
      because: "'regexp' matches what 'replace' puts there",
      hint: 'write the expression so that it does not match the result, for example with (?!…)',
    });
  },
  async change(_args, found, host) {
    return found.present && changeContent(host, found.present);
  },
});
