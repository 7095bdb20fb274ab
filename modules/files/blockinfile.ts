import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { changeContent, contentReturns } from './content.ts';
import { checkEdit, editArgs } from './edit.ts';
import { endOf, linesOf, newLines, textOf } from './lines.ts';
import { lintSpot, type Spot, spotArgs, spotFor } from './spot.ts';

export const blockinfile = defineModule({
  name: 'blockinfile',
  summary: 'Keeps a block of lines between two marker lines in a text file.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      ...editArgs,
      block: {
        type: 'string',
        default: '',
        description: 'The lines between the markers. If empty, the block is removed, as with `state: absent`.',
      },
      marker: {
        type: 'string',
        format: 'line',
        pattern: '\\{mark\\}',
        default: '# {mark} ANSIBLE MANAGED BLOCK',
        description:
          "The marker lines; `{mark}` becomes `marker_begin` and `marker_end`. The default is Ansible's, so blocks written by Ansible are found. Two blocks in one file need different markers.",
      },
      marker_begin: {
        type: 'string',
        format: 'line',
        default: 'BEGIN',
        description: 'Replaces `{mark}` in the line before the block.',
      },
      marker_end: {
        type: 'string',
        format: 'line',
        default: 'END',
        description: 'Replaces `{mark}` in the line after the block.',
      },
      ...spotArgs,
      state: {
        enum: ['present', 'absent'],
        default: 'present',
        description: '`absent`: the block and its markers are removed.',
      },
      create: { type: 'boolean', default: false, description: 'Create the file if it does not exist.' },
    },
    required: ['path'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: { path: { type: 'string', description: 'The path of the file.' }, ...contentReturns },
  },
  examples: [
    `- name: Name all hosts of the cluster
  blockinfile:
    path: /etc/hosts
    marker: '# {mark} cluster'
    block: |
      10.20.1.10 k8s-master-1
      10.20.1.11 k8s-master-2`,
    `- name: Remove them again
  blockinfile:
    path: /etc/hosts
    marker: '# {mark} cluster'
    state: absent`,
  ],
  lint: lintSpot,
  check(args, host) {
    const block = args.state === 'present' ? args.block : '';
    const edit = (text: string | null): string | null => {
      if (text === null && block === '') return null;
      if (text === null && !args.create)
        throw new TaskFailure(`${args.path} does not exist`, { hint: 'set create: true to create it' });
      return withBlock(text ?? '', block, args);
    };
    return checkEdit(host, args, edit, {
      because: "'block' holds one of its own markers",
      hint: "choose a 'marker' that is no line of the block",
    });
  },
  async change(_args, found, host) {
    return found.present && changeContent(host, found.present);
  },
});

interface Edit extends Spot {
  readonly marker: string;
  readonly marker_begin: string;
  readonly marker_end: string;
}

function withBlock(text: string, wanted: string, args: Edit): string {
  const lines = linesOf(text);
  const begin = args.marker.replaceAll('{mark}', args.marker_begin);
  const end = args.marker.replaceAll('{mark}', args.marker_end);
  if (begin === end) throw new TaskFailure(`both markers are '${begin}'`, { hint: "'marker' must hold {mark}" });
  const from = lines.findIndex((line) => line.text === begin);
  const to = lines.findIndex((line, at) => at > from && line.text === end);
  if (from >= 0 && to < 0)
    throw new TaskFailure(`${args.path} has '${begin}' on line ${from + 1} but no '${end}' after it`, {
      hint: 'restore the end marker, or remove the begin marker: the end of the block cannot be determined',
    });
  // A block that is there keeps its line ends, whatever those of the file are.
  const lineEnd = (from < 0 ? '' : lines[from]!.end) || endOf(lines);
  const block = wanted === '' ? [] : [begin, wanted, end].flatMap((part) => newLines(part, lineEnd));
  if (from < 0) return block.length === 0 ? text : textOf(lines.toSpliced(spotFor(lines, args), 0, ...block));
  const old = lines.slice(from, to + 1);
  return old.length === block.length && old.every((line, i) => line.text === block[i]!.text)
    ? text
    : textOf(lines.toSpliced(from, to - from + 1, ...block));
}
