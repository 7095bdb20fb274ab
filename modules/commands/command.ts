import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { quoteAll } from '../../engine/module/quote.ts';
import { checkCommand, commandArgs, commandReturns, runCommand } from './execute.ts';
import { splitWords } from './words.ts';

export const command = defineModule({
  name: 'command',
  summary: 'Runs a command without a shell.',
  subject: 'commands',
  args: {
    type: 'object',
    description:
      'The effect of a command cannot be predicted: use creates, removes, unless or onlyif to skip it when there is nothing to do, or changed_when to define what counts as a change. ' +
      'In check mode it is not run, and what depends on its result is unknown.',
    properties: {
      cmd: {
        type: 'string',
        description: 'Split into words at whitespace; quotes keep words together. No variables, pipes or wildcards.',
      },
      argv: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'The command as a list of words.' },
      ...commandArgs,
    },
    allOf: [{ oneOf: [{ required: ['cmd'] }, { required: ['argv'] }] }],
    additionalProperties: false,
  },
  freeForm: 'cmd',
  returns: commandReturns,
  nature: 'action',
  detachable: true,
  examples: [
    `- name: which version of kubeadm is there
  command: kubeadm version -o short
  register: kubeadm_version
  changed_when: 'false'`,
    `- name: make a key for etcd's peers
  command:
    argv: [openssl, genrsa, -out, /etc/etcd/peer.key, '4096']
    creates: /etc/etcd/peer.key`,
    `- name: format the disk, but only a blank one
  command:
    cmd: mkfs.ext4 /dev/sdb
    unless: blkid /dev/sdb`,
  ],
  lint(args) {
    return typeof args['cmd'] === 'string' && splitWords(args['cmd']) === null ? ['a quote is not closed in cmd'] : [];
  },
  check: (args, host) => checkCommand(args, quoteAll(wordsOf(args)), host),
  change: (args, _found, host) => runCommand(wordsOf(args), args, wordsOf(args), host),
});

function wordsOf(args: { cmd?: string; argv?: string[] }): string[] {
  const words = args.argv ?? splitWords(args.cmd ?? '');
  if (words === null)
    throw new TaskFailure('a quote is not closed in cmd', { ...(args.cmd !== undefined && { command: args.cmd }) });
  if (words.length === 0) throw new TaskFailure('cmd is empty');
  return words;
}
