import { defineModule } from '../../engine/module/module.ts';
import { checkCommand, commandArgs, commandReturns, runCommand } from './execute.ts';

export const shell = defineModule({
  name: 'shell',
  summary: 'Runs text with a shell: pipes, variables, wildcards.',
  subject: 'commands',
  args: {
    type: 'object',
    description:
      'As command, with /bin/sh. Put values in with the quote helper: a value with a blank or a quote in it is otherwise more than one word.',
    properties: {
      cmd: { type: 'string', minLength: 1, description: 'The text for the shell.' },
      executable: {
        type: 'string',
        format: 'path',
        default: '/bin/sh',
        description: '`/bin/bash` for what only bash can.',
      },
      ...commandArgs,
    },
    required: ['cmd'],
    additionalProperties: false,
  },
  freeForm: 'cmd',
  returns: commandReturns,
  nature: 'action',
  detachable: true,
  examples: [
    `- name: how many etcd members are there
  shell: etcdctl member list | wc -l
  register: members
  changed_when: 'false'`,
    `- name: unpack the tools once
  shell:
    cmd: set -o pipefail; curl -fsS https://example.com/tools.tar.gz | tar -xz
    executable: /bin/bash
    chdir: /opt
    creates: /opt/tools`,
  ],
  check: (args, host) => checkCommand(args, args.cmd, host),
  change: (args, _found, host) => runCommand([args.executable, '-c', args.cmd], args, args.cmd, host),
});
