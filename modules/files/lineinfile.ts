import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { expand, type Match } from '../../engine/module/regex/regex.ts';
import { changeContent, contentReturns } from './content.ts';
import { checkEdit, editArgs, type Unstable } from './edit.ts';
import { bare, endOf, type Line, linesOf, newLines, seen, textOf } from './lines.ts';
import { bounded, compile, lintPatterns, lintReplacement, replacementOf } from './pattern.ts';
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
          'A regular expression as in Python. The last matching line is replaced; with `state: absent`, every matching line is removed. It should also match `line`.',
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
    if (args['backrefs'] === true) problems.push(...lintReplacement(args, 'line'));
    if ('regexp' in args && 'search_string' in args)
      problems.push("only one of 'regexp' and 'search_string' can be given");
    if (typeof args['line'] === 'string' && args['line'].includes('\n'))
      problems.push("'line' is more than one line: use blockinfile");
    return problems;
  },
  check(args, host) {
    const edit = (text: string | null): string | null => {
      if (args.state === 'absent') return text === null ? null : without(text, args);
      if (text === null && !args.create)
        throw new TaskFailure(`${args.path} does not exist`, { hint: 'set create: true to create it' });
      return withLine(text ?? '', args);
    };
    return checkEdit(host, args, edit, args.backrefs ? matchesItself : matchesOthers);
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

const matchesItself: Unstable = {
  because: "'regexp' matches the line that it makes",
  hint: 'write the expression so that it does not match the result, for example with (?!…)',
};

const matchesOthers: Unstable = {
  because: "'regexp' matches several lines, but not 'line'",
  hint: "write the expression so that it matches 'line' as well",
};

function without(text: string, args: Edit): string {
  const lines = linesOf(text);
  const pattern = args.regexp === undefined ? undefined : compile('regexp', args.regexp);
  const goes = (line: Line): boolean =>
    pattern
      ? pattern.test(seen(line))
      : args.search_string !== undefined
        ? line.text.includes(args.search_string)
        : line.text === bare(args.line!);
  const kept = bounded(args.path, args.regexp ?? '', () => lines.filter((line) => !goes(line)));
  return kept.length === lines.length ? text : textOf(kept);
}

function withLine(text: string, args: Edit): string {
  const lines = linesOf(text);
  const line = args.line!;
  const end = endOf(lines);
  const found = lastMatch(lines, args);
  if (found) {
    const old = lines[found.at]!;
    const made = madeLines(found.fill ? found.fill(line) : line, old.end || end);
    const same = made.length === 1 && made[0]!.text === old.text;
    return same ? text : textOf(lines.toSpliced(found.at, 1, ...made));
  }
  if (args.backrefs) return text;
  if (lines.some((other) => other.text === bare(line))) return text;
  return textOf(lines.toSpliced(spotFor(lines, args), 0, ...madeLines(line, end)));
}

/** One line; several where a group that is filled in holds a newline. */
function madeLines(text: string, end: Line['end']): Line[] {
  const made = newLines(text, end);
  return made.length > 0 ? made : [{ text: '', end }];
}

interface Found {
  readonly at: number;
  /** Fills in what was matched. */
  fill?(line: string): string;
}

function lastMatch(lines: readonly Line[], args: Edit): Found | undefined {
  if (args.search_string !== undefined) {
    const at = lines.findLastIndex(({ text }) => text.includes(args.search_string!));
    return at < 0 ? undefined : { at };
  }
  if (args.regexp === undefined) return undefined;
  const pattern = compile('regexp', args.regexp);
  const replacement = args.backrefs ? replacementOf(pattern, 'line', args.line!) : undefined;
  let match: Match | undefined;
  const at = bounded(args.path, args.regexp, () =>
    lines.findLastIndex((line) => (match = pattern.search(seen(line))) !== undefined),
  );
  if (at < 0) return undefined;
  return { at, ...(replacement && { fill: () => expand(replacement, match!) }) };
}
