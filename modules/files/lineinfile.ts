import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { changeContent, contentReturns } from './content.ts';
import { bare, checkEdit, editArgs, linesOf, textOf } from './edit.ts';
import { bounded, compile, expand, lintPatterns } from './pattern.ts';
import { lintSpot, type Spot, spotArgs, spotFor } from './spot.ts';

export const lineinfile = defineModule({
  name: 'lineinfile',
  summary: 'Ensures that a line is, or is not, in a text file.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      ...editArgs,
      line: {
        type: 'string',
        description:
          'The line, without its line ending. Required unless lines are removed by `regexp` or `search_string`.',
      },
      regexp: {
        type: 'string',
        description:
          'The last matching line is replaced; with `state: absent`, every matching line is removed. It should also match `line`.',
      },
      search_string: { type: 'string', description: 'Like `regexp`, for lines that contain this text.' },
      state: { enum: ['present', 'absent'], default: 'present', description: '`absent`: the line is removed.' },
      ...spotArgs,
      backrefs: {
        type: 'boolean',
        default: false,
        description:
          'Replace `\\1` or `\\g<name>` in `line` with what `regexp` matched; if nothing matches, nothing is changed.',
      },
      create: { type: 'boolean', default: false, description: 'Create the file if it does not exist.' },
    },
    required: ['path'],
    allOf: [
      { anyOf: [{ required: ['line'] }, { required: ['regexp'] }, { required: ['search_string'] }] },
      { if: { properties: { state: { const: 'present' } } }, then: { required: ['line'] } },
      { if: { properties: { backrefs: { const: true } } }, then: { required: ['regexp'] } },
    ],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: { path: { type: 'string', description: 'The path of the file.' }, ...contentReturns },
  },
  examples: [
    `- name: Forbid password logins
  lineinfile:
    path: /etc/ssh/sshd_config
    regexp: '^#?PasswordAuthentication '
    line: PasswordAuthentication no
    validate: sshd -t -f %s`,
    `- name: Name the API's address on every host
  lineinfile:
    path: /etc/hosts
    regexp: ' k8s-api$'
    line: 10.20.1.5 k8s-api`,
    `- name: Remove an old mirror
  lineinfile:
    path: /etc/apt/sources.list
    search_string: old-mirror.example.org
    state: absent`,
  ],
  lint(args) {
    const problems = [...lintPatterns(args, ['regexp']), ...lintSpot(args)];
    if ('regexp' in args && 'search_string' in args)
      problems.push("only one of 'regexp' and 'search_string' can be given");
    if (typeof args['line'] === 'string' && args['line'].includes('\n'))
      problems.push("'line' is more than one line: use blockinfile");
    return problems;
  },
  check(args, host) {
    return checkEdit(host, args, (text) => {
      if (args.state === 'absent') return text === null ? null : without(text, args);
      if (text === null && !args.create)
        throw new TaskFailure(`${args.path} does not exist`, { hint: 'set create: true to create it' });
      return withLine(text ?? '', args);
    });
  },
  async change(_args, found, host) {
    return found.present && changeContent(host, found.present);
  },
});

interface Edit extends Spot {
  readonly line?: string;
  readonly regexp?: string;
  readonly search_string?: string;
  readonly backrefs: boolean;
}

function without(text: string, args: Edit): string {
  const lines = linesOf(text);
  const pattern = args.regexp === undefined ? undefined : compile(args.regexp);
  const goes = (line: string): boolean =>
    pattern
      ? pattern.test(line)
      : args.search_string !== undefined
        ? line.includes(args.search_string)
        : line === args.line;
  const kept = bounded(args.path, args.regexp ?? '', () => lines.filter((line) => !goes(bare(line))));
  return kept.length === lines.length ? text : textOf(kept);
}

function withLine(text: string, args: Edit): string {
  const lines = linesOf(text);
  const line = args.line!;
  const match = lastMatch(lines, args);
  if (match) return replaceAt(text, lines, match.at, args.backrefs && match.groups ? expand(line, match.groups) : line);
  if (args.backrefs) return text;
  if (lines.some((other) => bare(other) === line)) return text;
  return textOf(lines.toSpliced(spotFor(lines, args), 0, line));
}

function lastMatch(lines: readonly string[], args: Edit): { at: number; groups?: RegExpExecArray } | undefined {
  if (args.search_string !== undefined) {
    const at = lines.findLastIndex((line) => line.includes(args.search_string!));
    return at < 0 ? undefined : { at };
  }
  if (args.regexp === undefined) return undefined;
  const pattern = compile(args.regexp);
  const at = bounded(args.path, args.regexp, () => lines.findLastIndex((line) => pattern.test(bare(line))));
  return at < 0 ? undefined : { at, groups: pattern.exec(bare(lines[at]!))! };
}

function replaceAt(text: string, lines: readonly string[], at: number, line: string): string {
  return bare(lines[at]!) === line ? text : textOf(lines.with(at, line));
}
